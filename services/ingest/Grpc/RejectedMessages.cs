using Google.Protobuf;
using Google.Protobuf.Collections;
using Google.Protobuf.WellKnownTypes;
using RecSys.Contracts.Events.V1;
using RecSys.Contracts.Ingest.V1;
using RecSys.Data.Histories;
using RecSys.Hosting.Errors;
using RecSys.Ingest.Acceptance;
using RecSys.Ingest.Validation;

namespace RecSys.Ingest.Grpc;

/// <summary>Kept listens and exposures in the contract's words, and what callers may ask of them.</summary>
internal static class RejectedMessages
{
    /// <summary>Most entries that one answer names.</summary>
    public const int MaxEntries = 1_000;

    /// <summary>The most bytes of a body that an answer shows.</summary>
    private const int MaxShownBytes = 64 << 10;

    private const int DefaultPageSize = 100;
    private const int MaxReasonLength = 256;

    /// <summary>Reads a request for a page.</summary>
    /// <exception cref="RecSysException">INVALID_ARGUMENT with every bad field.</exception>
    public static (RejectedListenFilter Filter, int PageSize, RejectedPosition? Before) Read(ListRejectedRequest request)
    {
        var violations = new FieldViolations();
        violations.RequireRange(request.PageSize, 0, MaxEntries, "page_size");
        RejectedPosition position = default;
        violations.Require(
            request.PageToken.Length == 0 || RejectedPosition.TryParse(request.PageToken, out position),
            "page_token",
            "must be the next_page_token of an earlier answer, or empty for the first page");
        var filter = Read(request.Filter, violations);
        violations.ThrowIfAny();
        return (filter, request.PageSize == 0 ? DefaultPageSize : request.PageSize, request.PageToken.Length == 0 ? null : position);
    }

    /// <summary>Reads what is to be replayed: ids, or else a filter.</summary>
    /// <exception cref="RecSysException">INVALID_ARGUMENT with every bad field.</exception>
    public static RejectedListenFilter? Read(ReplayRejectedRequest request)
    {
        var violations = new FieldViolations();
        violations.RequireIds(request.RejectedIds, MaxEntries, "rejected_ids");
        violations.Require(
            request.RejectedIds.Count > 0 != request.Filter is not null,
            "filter",
            request.Filter is null ? "must be set where rejected_ids is empty; an empty filter means all" : "must be unset where rejected_ids is given");
        var filter = Read(request.Filter, violations);
        violations.ThrowIfAny();
        return request.Filter is null ? null : filter;
    }

    /// <summary>An entry as callers see it.</summary>
    public static KeptRejection ToMessage(RejectedListenRow row) => new()
    {
        RejectedId = row.RejectedId,
        Reason = row.Reason,
        Producer = row.Producer,
        ReceiveTime = row.ReceivedAt.ToTimestamp(),
        BodyBytes = row.Body.Length,
        Body = row.Body.Length > MaxShownBytes ? ByteString.Empty : UnsafeByteOperations.UnsafeWrap(row.Body),
        Kind = row.Kind,
        Listens = { IsShown(row, EventKind.Listens) ? RejectedReplay.EventsOf<Listen, ListenBatch>(row.Body) : [] },
        Exposures = { IsShown(row, EventKind.Exposures) ? RejectedReplay.EventsOf<Exposure, ExposureBatch>(row.Body) : [] },
    };

    private static bool IsShown(RejectedListenRow row, EventKind kind) => row.Kind == kind && row.Body.Length <= MaxShownBytes;

    private static RejectedListenFilter Read(RejectedFilter? filter, FieldViolations violations)
    {
        if (filter is null)
        {
            return new RejectedListenFilter();
        }

        violations.RequireText(filter.Reason, "filter.reason", MaxReasonLength);
        violations.RequireText(filter.Producer, "filter.producer", BatchRules.MaxProducerLength);
        var from = ReadTime(filter.StartTime, "filter.start_time", violations);
        var before = ReadTime(filter.EndTime, "filter.end_time", violations);
        violations.Require(from is null || before is null || from < before, "filter.end_time", "must be after start_time");
        violations.Require(System.Enum.IsDefined(filter.Kind), "filter.kind", "must be EVENT_KIND_LISTENS, EVENT_KIND_EXPOSURES, or unset for both");
        return new RejectedListenFilter(
            filter.Reason.Length > 0 ? filter.Reason : null,
            filter.Producer.Length > 0 ? filter.Producer : null,
            from,
            before,
            filter.Kind == EventKind.Unspecified ? null : filter.Kind);
    }

    private static DateTimeOffset? ReadTime(Timestamp? time, string field, FieldViolations violations) =>
        time is not null && violations.RequireTime(time, field) ? time.ToDateTimeOffset() : null;
}

/// <summary>Entries of an answer, up to a number and a size that every client takes: without a setting, that is 4 MiB.</summary>
/// <param name="entries">Where they are added.</param>
/// <param name="maxEntries">The most of them.</param>
internal sealed class RejectionPage(RepeatedField<KeptRejection> entries, int maxEntries)
{
    private const int MaxBytes = 1 << 20;

    private int _bytes;

    /// <summary>Adds one, unless there is no room; then there is none for any after it.</summary>
    /// <returns>Whether it was added.</returns>
    public bool Add(RejectedListenRow row)
    {
        if (entries.Count >= maxEntries || _bytes >= MaxBytes)
        {
            return false;
        }

        var entry = RejectedMessages.ToMessage(row);
        _bytes += entry.CalculateSize();
        entries.Add(entry);
        return true;
    }
}
