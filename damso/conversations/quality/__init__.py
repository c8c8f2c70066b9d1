"""How good the data is that comes in, over all rooms: numbers, each of which leads to where it is mended."""
