using Google.Protobuf.WellKnownTypes;
using RecSys.Contracts;
using RecSys.Hosting.Errors;

namespace RecSys.Hosting.Tests.Errors;

public sealed class FieldViolationsTests
{
    [Theory]
    [InlineData("u1")]
    [InlineData("Пользователь 7")]
    [InlineData("🎧🎶")]
    public void Ids_of_valid_text_pass(string id)
    {
        var violations = new FieldViolations();
        violations.RequireId(id, "user_id").ShouldBeTrue();
        violations.ThrowIfAny();
        violations.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("", "must not be empty")]
    [InlineData("a\0b", "must not contain control characters, has U+0000 at position 1")]
    [InlineData("a\nb", "must not contain control characters, has U+000A at position 1")]
    [InlineData("\uFFFD", "must be valid UTF-8, has U+FFFD at position 0")]
    public void Bad_ids_are_refused_with_what_is_wrong(string id, string description)
    {
        var violations = new FieldViolations();
        violations.RequireId(id, "user_id").ShouldBeFalse();
        violations.ShouldBe([new FieldViolation("user_id", description)]);
    }

    [Fact]
    public void Half_a_surrogate_pair_is_refused()
    {
        // Not as inline data: such a text can't be written to a report.
        var violations = new FieldViolations();
        violations.RequireId("x\uD83C", "user_id").ShouldBeFalse();
        violations.RequireId("\uDFA7x", "track_id").ShouldBeFalse();
        violations.Select(violation => violation.Description).ShouldBe(
            ["must be valid Unicode, has half a surrogate pair at position 1", "must be valid Unicode, has half a surrogate pair at position 0"]);
    }

    [Theory]
    [InlineData(IdText.MaxLength, true)]
    [InlineData(IdText.MaxLength + 1, false)]
    public void Ids_have_a_longest_length(int length, bool isValid) =>
        new FieldViolations().RequireId(new string('x', length), "user_id").ShouldBe(isValid);

    [Fact]
    public void Numbers_must_lie_in_their_range()
    {
        var violations = new FieldViolations();
        violations.RequireRange(1, 1, 500, "a").ShouldBeTrue();
        violations.RequireRange(500, 1, 500, "b").ShouldBeTrue();
        violations.RequireRange(0, 1, 500, "c").ShouldBeFalse();
        violations.RequireRange(1.0, 0.0, 1.0, "d").ShouldBeTrue();
        violations.RequireRange(double.NaN, 0.0, 1.0, "e").ShouldBeFalse();
        violations.RequireRange(double.PositiveInfinity, 0.0, 1.0, "f").ShouldBeFalse();
        violations.Select(violation => violation.Field).ShouldBe(["c", "e", "f"]);
        Should.Throw<RecSysException>(violations.ThrowIfAny).Violations.Count.ShouldBe(3);
    }

    [Fact]
    public void Optional_text_may_be_empty()
    {
        var violations = new FieldViolations();
        violations.RequireText("", "producer", 10).ShouldBeTrue();
        violations.RequireText("0123456789a", "producer", 10).ShouldBeFalse();
        violations.ShouldBe([new FieldViolation("producer", "must have at most 10 characters, has 11")]);
    }

    [Fact]
    public void Bad_fields_of_elements_stand_under_their_place()
    {
        var violations = new FieldViolations();
        violations.RequireIds(["a", "", "c"], 3, "ids");
        violations.RequireIds(["a", "b"], 1, "more_ids");
        violations.RequireEach<Timestamp?>(
            [new Timestamp { Seconds = 1 }, new Timestamp { Seconds = -1 }, null], "listens", (time, found) => found.RequireTime(time, "listen_time"));
        violations.Select(violation => violation.Field).ShouldBe(["ids[1]", "more_ids", "listens[1].listen_time", "listens[2].listen_time"]);
    }
}
