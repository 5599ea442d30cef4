using RecSys.Contracts.Serving.V1;
using RecSys.Hosting.Errors;
using RecSys.Serving.Histories;
using RecSys.Serving.Slates;

namespace RecSys.Serving.Grpc;

/// <summary>What requests must be like; each method names every bad field at once and fills in the defaults.</summary>
internal static class ServingRequests
{
    private const int MaxSlateSize = 100;
    private const int DefaultSlateSize = 10;
    private const int MaxExcludedTracks = 10_000;
    private const int MaxTrackCount = 100;
    private const int DefaultTrackCount = 10;
    private const int MaxPopularPage = 100;
    private const int DefaultPopularPage = 10;
    private const int MaxHistoryPage = 1_000;
    private const int DefaultHistoryPage = 50;

    private const string BadToken = "is not a page token of this list; start again without one";

    /// <exception cref="RecSysException">INVALID_ARGUMENT.</exception>
    public static SlateRequest Check(RecommendRequest request)
    {
        var violations = new FieldViolations();
        violations.RequireId(request.UserId, "user_id");
        violations.RequireRange(request.SlateSize, 0, MaxSlateSize, "slate_size");
        violations.RequireIds(request.ExcludedTrackIds, MaxExcludedTracks, "excluded_track_ids");
        violations.ThrowIfAny();
        return new SlateRequest(
            request.UserId,
            request.SlateSize == 0 ? DefaultSlateSize : request.SlateSize,
            request.IncludeHeard,
            request.ExcludedTrackIds);
    }

    /// <returns>How many tracks to return.</returns>
    /// <exception cref="RecSysException">INVALID_ARGUMENT.</exception>
    public static int Check(SimilarTracksRequest request)
    {
        var violations = new FieldViolations();
        violations.RequireId(request.TrackId, "track_id");
        violations.RequireRange(request.TrackCount, 0, MaxTrackCount, "track_count");
        violations.ThrowIfAny();
        return request.TrackCount == 0 ? DefaultTrackCount : request.TrackCount;
    }

    /// <returns>The page's size, and the version and place where it begins; null for the first page.</returns>
    /// <exception cref="RecSysException">INVALID_ARGUMENT.</exception>
    public static (int PageSize, (string Version, int Shown)? Start) Check(PopularRequest request)
    {
        var violations = new FieldViolations();
        violations.RequireRange(request.PageSize, 0, MaxPopularPage, "page_size");
        (string, int)? start = null;
        if (request.PageToken.Length > 0)
        {
            var isToken = PopularPageToken.TryRead(request.PageToken, out var version, out var shown);
            start = violations.Require(isToken, "page_token", BadToken) ? (version, shown) : null;
        }

        violations.ThrowIfAny();
        return (request.PageSize == 0 ? DefaultPopularPage : request.PageSize, start);
    }

    /// <returns>The page's size, and the last listen of the page before; null for the first page.</returns>
    /// <exception cref="RecSysException">INVALID_ARGUMENT.</exception>
    public static (int PageSize, HistoryPosition? Before) Check(GetHistoryRequest request)
    {
        var violations = new FieldViolations();
        var isUser = violations.RequireId(request.UserId, "user_id");
        violations.RequireRange(request.PageSize, 0, MaxHistoryPage, "page_size");
        HistoryPosition? before = null;
        if (request.PageToken.Length > 0 && isUser)
        {
            var isToken = HistoryPageToken.TryRead(request.UserId, request.PageToken, out var position);
            before = violations.Require(isToken, "page_token", BadToken) ? position : null;
        }

        violations.ThrowIfAny();
        return (request.PageSize == 0 ? DefaultHistoryPage : request.PageSize, before);
    }

    /// <summary>A token of ours whose version is neither the active one nor the one before.</summary>
    public static RecSysException ExpiredPopularToken() =>
        RecSysException.InvalidArgument("page_token", "belongs to a model version that is gone; start again without one");
}
