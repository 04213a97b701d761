"""How data that `hall demo` made up are known: by the names of their files."""

# Every file name of the demo begins with it.
MARK = "合成演示_"
