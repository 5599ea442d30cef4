namespace RecSys.Serving.Slates;

/// <summary>What a slate is asked to be; checked.</summary>
/// <param name="UserId">Whose slate.</param>
/// <param name="SlateSize">How many tracks.</param>
/// <param name="IncludeHeard">Allows what was heard.</param>
/// <param name="ExcludedTrackIds">Must not come in.</param>
internal sealed record SlateRequest(string UserId, int SlateSize, bool IncludeHeard, IReadOnlyList<string> ExcludedTrackIds)
{
    /// <summary>Ranked tracks whose artists are looked at for one track of the slate, so that the choice is a real one.</summary>
    private const int ChoiceFactor = 5;

    /// <summary>How many of the best tracks the slate is chosen from.</summary>
    public int ChoiceSize => SlateSize * ChoiceFactor;
}
