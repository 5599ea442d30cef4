using System.Runtime.InteropServices;
using RecSys.Algorithms;
using RecSys.Algorithms.Als;
using RecSys.Candidate.Retrieval;
using RecSys.Contracts.Common.V1;

namespace RecSys.Candidate.Sources;

/// <summary>
/// Retrieves the tracks with the largest product of user and item factors, exactly. Where the history holds listens that
/// the model was not trained on, and for users whom it doesn't know, the user's factors are solved for anew from all
/// listens; that takes well under a millisecond for a history of usual length.
/// </summary>
internal static class AlsSource
{
    public static SourceList Retrieve(
        AlsModel als, ListeningProfile profile, ItemSet denied, int count, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (!profile.HasNews && !profile.IsKnownUser)
        {
            return new SourceList(CandidateSource.Als, []);
        }

        Span<float> factors = stackalloc float[als.ItemFactors.FactorCount];
        if (profile.HasNews)
        {
            als.FoldInUser(CollectionsMarshal.AsSpan(profile.Items), CollectionsMarshal.AsSpan(profile.Plays), factors);
        }
        else
        {
            als.UserFactors.Row(profile.UserIndex).CopyTo(factors);
        }

        // The denied set holds what was heard, when that must not come back.
        var found = als.RecommendForFactors(
            factors, seenItems: [], new RecommendOptions { K = count, ExcludeSeen = false, Denied = denied });
        return new SourceList(CandidateSource.Als, [.. found.Select(item => new SourceHit(item.ItemIndex, item.Score))]);
    }
}
