"""Makes the generated Python classes importable, google.rpc among them, which other packages may own in part."""
import os
import sys


def load(folder):
    sys.path.insert(0, folder)
    import google
    google.__path__.append(os.path.join(folder, "google"))
