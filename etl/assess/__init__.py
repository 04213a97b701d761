"""Assessment (考核): rules as data, the scores they give with every point traced, ranks, grades and awards. Pure, decimal, no clock."""
