"""Images: stamps of stars and galaxies, and the methods that tell them apart."""
