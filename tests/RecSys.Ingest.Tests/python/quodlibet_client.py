"""Has the ListenBrainz client of the player Quod Libet make calls.

usage: quodlibet_client.py MODULE HOST:PORT TOKEN CALLS
MODULE is the player's listenbrainz.py, CALLS a JSON list of ["listen", time, track], ["playing_now", track] and
["import_tracks", [[time, track], …]]. Prints one line: STATUS and a JSON list of the HTTP statuses.
"""
import importlib.util
import json
import sys

spec = importlib.util.spec_from_file_location("listenbrainz", sys.argv[1])
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
module.HOST_NAME = sys.argv[2]

client = module.ListenBrainzClient()
client.user_token = sys.argv[3]
track = module.Track.from_dict
statuses = []
for name, *arguments in json.loads(sys.argv[4]):
    if name == "import_tracks":
        arguments = [[(time, track(each)) for time, each in arguments[0]]]
    else:
        arguments[-1] = track(arguments[-1])
    statuses.append(getattr(client, name)(*arguments).status)
print("STATUS " + json.dumps(statuses))
