namespace RecSys.Hosting.Bus;

/// <summary>A body is not a message of the type that its queue carries.</summary>
internal sealed class MalformedMessageException(string messageType, Exception innerException)
    : Exception($"The body is not a {messageType} in protobuf encoding: {FirstSentence(innerException.Message)}", innerException)
{
    /// <summary>The parser goes on about likely causes.</summary>
    private static string FirstSentence(string text) => text.IndexOf(". ", StringComparison.Ordinal) is var end and > 0 ? text[..(end + 1)] : text;
}
