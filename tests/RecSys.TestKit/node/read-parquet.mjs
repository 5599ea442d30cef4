// Prints a Parquet file as one line of JSON: its schema and all rows. Whole numbers of 64 bits come as text.
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet'
import { compressors } from 'hyparquet-compressors'

const file = await asyncBufferFromFile(process.argv[2])
const metadata = await parquetMetadataAsync(file)
const columns = metadata.schema.slice(1).filter((element) => element.type).map((element) => ({
  name: element.name, type: element.type, logical: element.converted_type ?? null,
}))
const rows = await parquetReadObjects({ file, compressors })
console.log(JSON.stringify({ columns, rows }, (_, value) => (typeof value === 'bigint' ? value.toString() : value)))
