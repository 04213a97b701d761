"""Electronic supervision (电子监察): its rules as data, the signals they raise, and how the office handled each signal."""
