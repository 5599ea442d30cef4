// A producer that knows nothing of RecSys but the protobuf contract: publishes the listens of a JSON lines file.
//
// usage: node amqp-producer.js PROTOS AMQP_URL FILE
// PROTOS is the folder protos/ of the repository. Each line of FILE: {"user": …, "track": …, "time": Unix seconds}.
// Prints the number of listens that the broker confirmed.
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import amqp from 'amqplib'
import protobuf from 'protobufjs'

const BATCH = 500
const [protos, url, file] = process.argv.slice(2)

const root = new protobuf.Root()
root.resolvePath = (_, name) => path.join(protos, name)
await root.load('recsys/events/v1/events.proto')
const ListenBatch = root.lookupType('recsys.events.v1.ListenBatch')

const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => line.trim() !== '')
const listens = lines.map((line) => JSON.parse(line))
  .map(({ user, track, time }) => ({ userId: user, trackId: track, listenTime: { seconds: time } }))

const connection = await amqp.connect(url)
const channel = await connection.createConfirmChannel()

// Mandatory: a message that no queue takes comes back instead of being dropped.
channel.on('return', ({ fields }) => {
  throw new Error(`The broker has no queue for listens: ${fields.replyText}`)
})
for (let start = 0; start < listens.length; start += BATCH) {
  const batch = { producer: 'amqp-producer.js', listens: listens.slice(start, start + BATCH) }
  const body = Buffer.from(ListenBatch.encode(ListenBatch.fromObject(batch)).finish())
  channel.publish('recsys.listens', '', body, { contentType: 'application/x-protobuf', persistent: true, mandatory: true })
}
await channel.waitForConfirms()
await connection.close()
console.log('confirmed', listens.length)
