"""A producer that knows nothing of RecSys but the protobuf contract: publishes the listens of a JSON lines file.

usage: amqp_producer.py STUBS AMQP_URL FILE
STUBS is the folder of the classes that protoc has made (README.md).
Each line: {"user": …, "track": …, "time": Unix seconds}. Prints the number of listens that the broker confirmed.
"""
import json
import sys

import stubs

stubs.load(sys.argv[1])
import pika
from recsys.events.v1 import events_pb2

BATCH = 500

with open(sys.argv[3], encoding="utf-8") as file:
    listens = [json.loads(line) for line in file]

connection = pika.BlockingConnection(pika.URLParameters(sys.argv[2]))
channel = connection.channel()
channel.confirm_delivery()
confirmed = 0
for start in range(0, len(listens), BATCH):
    batch = events_pb2.ListenBatch(producer="amqp_producer.py")
    for listen in listens[start:start + BATCH]:
        message = batch.listens.add(user_id=listen["user"], track_id=listen["track"])
        message.listen_time.FromSeconds(listen["time"])
    # With mandatory and confirms on, a body that no queue took raises.
    channel.basic_publish(
        exchange="recsys.listens", routing_key="", body=batch.SerializeToString(), mandatory=True,
        properties=pika.BasicProperties(content_type="application/x-protobuf", delivery_mode=2))
    confirmed += len(batch.listens)
connection.close()
print("confirmed", confirmed)
