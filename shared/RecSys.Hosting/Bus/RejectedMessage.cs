namespace RecSys.Hosting.Bus;

/// <summary>A message that can't be consumed.</summary>
/// <param name="Queue">The queue that it came from.</param>
/// <param name="Body">The bytes as they came, whatever they are.</param>
/// <param name="Headers">The message's headers as text.</param>
/// <param name="Reason">One line for a person: what is wrong with it.</param>
/// <param name="IsMalformed">True when the body is not a message of the expected type; false when its consumer keeps failing on it.</param>
public sealed record RejectedMessage(
    string Queue, ReadOnlyMemory<byte> Body, IReadOnlyDictionary<string, string> Headers, string Reason, bool IsMalformed);
