"""What others may know: an estate among estates like it, from proven books only."""

from disclosure.comparison.measures import Measure as Measure
from disclosure.comparison.queries import Likes as Likes
from disclosure.comparison.queries import likes as likes
