using System.Text.Json;
using Google.Protobuf.WellKnownTypes;
using Microsoft.AspNetCore.Mvc;
using RecSys.Ingest.Acceptance;
using RecSys.Ingest.Validation;

namespace RecSys.Ingest.ListenBrainz;

/// <summary>
/// <c>POST /1/submit-listens</c>. The good listens are taken and the others kept with their reasons; the answer is an error only when
/// none is good, because players that hear of an error send, or throw away, all of them.
/// </summary>
internal static class SubmitListens
{
    private const string Playing = "playing_now";
    private const string Import = "import";
    private const string Single = "single";
    private const int ShownFaults = 3;

    /// <summary>Answers when the broker has confirmed.</summary>
    public static async Task<IResult> AnswerAsync(
        HttpContext context,
        [FromServices] ListenAcceptance acceptance,
        [FromServices] PlayingNow playing,
        [FromServices] TimeProvider clock,
        CancellationToken cancellationToken)
    {
        if (ListenBrainzUser.Find(context) is not { } userId)
        {
            return ListenBrainzErrors.Answer(
                StatusCodes.Status401Unauthorized, "You need to provide a token that names a user, as in the header \"Authorization: Token …\".");
        }

        using var body = await ReadAsync(context.Request, cancellationToken);
        if (body is null)
        {
            return Bad("The body must be valid JSON in UTF-8.");
        }

        var (type, payload) = ("", default(JsonElement));
        try
        {
            if (ProblemOf(body.RootElement, out type, out payload) is { } problem)
            {
                return Bad(problem);
            }
        }
        catch (InvalidOperationException)
        {
            return Bad("The names in the body, and listen_type, must be valid Unicode.");
        }

        ListenPayload[] read = [.. payload.EnumerateArray().Select(element => ListenPayload.Read(element, userId, needsTime: type != Playing))];
        if (type == Playing)
        {
            // It goes to no store; it is judged as if it were played now.
            read[0].Listen.ListenTime = clock.GetUtcNow().ToTimestamp();
        }

        var screened = acceptance.Screen([.. read.Select(listen => listen.Listen)], index => read[index].Faults);
        if (type == Playing)
        {
            screened.Good.ToList().ForEach(playing.Set);
        }
        else
        {
            await acceptance.AcceptAsync(screened, ProducerText.Storable(read[0].Client ?? "ListenBrainz client"), cancellationToken);
        }

        var faults = screened.Bad.SelectMany(bad => bad.Violations.Select(
            violation => new { index = bad.Index, field = ListenPayload.NameOf(violation.Field), reason = violation.Description })).ToArray();
        return screened.Bad.Count < read.Length
            ? faults.Length == 0 ? Results.Json(new { status = "ok" }) : Results.Json(new { status = "ok", rejected = faults })
            : Bad(string.Join("; ", faults.Take(ShownFaults).Select(fault =>
                $"payload[{fault.index}]{(fault.field.Length > 0 ? "." : "")}{fault.field} {fault.reason}"))
                + (faults.Length > ShownFaults ? $"; and {faults.Length - ShownFaults} more" : ""));
    }

    private static async Task<JsonDocument?> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await JsonDocument.ParseAsync(request.Body, default, cancellationToken);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>What is wrong with the request as a whole; null when nothing is.</summary>
    /// <exception cref="InvalidOperationException">A text in it has half a surrogate pair, or is not UTF-8.</exception>
    private static string? ProblemOf(JsonElement request, out string type, out JsonElement payload)
    {
        type = "";
        payload = default;
        if (request.ValueKind != JsonValueKind.Object)
        {
            return "The body must be an object with listen_type and payload.";
        }

        type = request.TryGetProperty("listen_type", out var given) && given.ValueKind == JsonValueKind.String ? given.GetString()! : "";
        if (type is not (Single or Playing or Import))
        {
            return $"listen_type must be {Single}, {Playing} or {Import}.";
        }

        if (!request.TryGetProperty("payload", out payload) || payload.ValueKind != JsonValueKind.Array)
        {
            return "payload must be a list of listens.";
        }

        var most = type == Import ? ListenPayload.MaxListens : 1;
        return payload.GetArrayLength() is var count && (count < 1 || count > most)
            ? $"payload must have {(most == 1 ? "1 listen" : $"1 to {most} listens")} where listen_type is {type}, has {count}."
            : null;
    }

    private static IResult Bad(string error) => ListenBrainzErrors.Answer(StatusCodes.Status400BadRequest, error);
}
