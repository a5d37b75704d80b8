from tests.operations.places import empty as empty
