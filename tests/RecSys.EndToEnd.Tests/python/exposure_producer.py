"""A foreign system that knows nothing of RecSys but the protobuf contract: says which slate it has shown.

usage: exposure_producer.py STUBS AMQP_URL EXPOSURE USER VERSION TRACK…
Prints the number of exposures that the broker confirmed.
"""
import sys

import stubs

stubs.load(sys.argv[1])
import pika
from recsys.events.v1 import events_pb2

exposure = events_pb2.Exposure(exposure_id=sys.argv[3], user_id=sys.argv[4], model_version=sys.argv[5], policy="editors")
exposure.exposure_time.GetCurrentTime()
for rank, track in enumerate(sys.argv[6:], start=1):
    exposure.tracks.add(track_id=track, rank=rank, sources=["editors"], score=1 / rank, propensity=1)

connection = pika.BlockingConnection(pika.URLParameters(sys.argv[2]))
channel = connection.channel()
channel.confirm_delivery()
batch = events_pb2.ExposureBatch(producer="exposure_producer.py", exposures=[exposure])
# With mandatory and confirms on, a body that no queue took raises.
channel.basic_publish(
    exchange="recsys.exposures", routing_key="", body=batch.SerializeToString(), mandatory=True,
    properties=pika.BasicProperties(content_type="application/x-protobuf", delivery_mode=2))
connection.close()
print("confirmed", len(batch.exposures))
