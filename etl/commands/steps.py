"""How a command tells a program that started it how far it is: a line of its own on standard error."""

STEP = "hall step: "
