"""The site chat's own side: what a visitor's browser may see and do, and by which proof."""
