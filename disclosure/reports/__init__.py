"""The reports that the law asks for: due, filed, confirmed, published."""
