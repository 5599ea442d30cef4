"""A client on gRPC's own Python implementation.

usage: grpc_client.py STUBS ADDRESS TOKEN CALL [ARGUMENT…]
Prints one line: RESULT and a JSON object with either the answer or {"code", "details", "reason", "fields"}.
"""
import json
import sys
import time

import stubs

stubs.load(sys.argv[1])
import grpc
from google.protobuf import json_format
from google.rpc import error_details_pb2, status_pb2
from recsys.events.v1 import events_pb2
from recsys.ingest.v1 import ingest_pb2, ingest_pb2_grpc
from recsys.serving.v1 import serving_pb2, serving_pb2_grpc

metadata = [("authorization", f"Bearer {sys.argv[3]}")]


def listens(user, tracks, first_time):
    for index, track in enumerate(tracks):
        listen = events_pb2.Listen(user_id=user, track_id=track)
        listen.listen_time.FromSeconds(first_time + index)
        yield listen


def recommend(channel, user):
    return serving_pb2_grpc.ServingServiceStub(channel).Recommend(serving_pb2.RecommendRequest(user_id=user, slate_size=5), timeout=20, metadata=metadata)


def stream(channel, user, first_time, *tracks):
    batches = (ingest_pb2.StreamListensRequest(listens=[listen]) for listen in listens(user, tracks, int(first_time)))
    return ingest_pb2_grpc.IngestServiceStub(channel).StreamListens(batches, timeout=20, metadata=metadata)


def never_ending_stream(channel, seconds):
    def wait():
        # The call's deadline passes while the server still waits for the next message.
        yield ingest_pb2.StreamListensRequest(listens=list(listens("python-deadline", ["t-1"], 1_700_000_000)))
        time.sleep(float(seconds) * 4)
    return ingest_pb2_grpc.IngestServiceStub(channel).StreamListens(wait(), timeout=float(seconds), metadata=metadata)


def too_large(channel, mebibytes):
    request = ingest_pb2.SubmitListensRequest(producer="x" * (int(mebibytes) << 20))
    return ingest_pb2_grpc.IngestServiceStub(channel).SubmitListens(request, timeout=20, metadata=metadata)


def failure(error):
    found = {"code": error.code().name, "details": error.details(), "reason": "", "fields": {}}
    for key, value in error.trailing_metadata() or ():
        if key == "grpc-status-details-bin":
            for detail in status_pb2.Status.FromString(value).details:
                info, bad = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest()
                if detail.Unpack(info):
                    found["reason"] = info.reason
                if detail.Unpack(bad):
                    found["fields"] = {violation.field: violation.description for violation in bad.field_violations}
    return found


calls = {call.__name__: call for call in (recommend, stream, never_ending_stream, too_large)}
with grpc.insecure_channel(sys.argv[2]) as channel:
    try:
        answer = calls[sys.argv[4]](channel, *sys.argv[5:])
        result = json_format.MessageToDict(answer, including_default_value_fields=True)
    except grpc.RpcError as error:
        result = failure(error)
print("RESULT " + json.dumps(result))
