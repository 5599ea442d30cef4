namespace RecSys.Data.Schema;

/// <summary>A piece of at most 8 MiB of a large array; <c>Artifacts/</c> knows what the bytes mean.</summary>
internal sealed record ModelArtifactRow(string ModelVersion, string Name, int ChunkNumber, byte[] Bytes) : IModelRow;
