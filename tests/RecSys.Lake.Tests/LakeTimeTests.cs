namespace RecSys.Lake.Tests;

public sealed class LakeTimeTests
{
    [Theory]
    [InlineData(0, 0)]
    [InlineData(10, 1)]
    [InlineData(19, 1)]
    [InlineData(-1, -1)]
    [InlineData(-10, -1)]
    [InlineData(-11, -2)]
    public void Ticks_are_cut_to_the_microsecond_before(long ticks, long microseconds) =>
        LakeTime.ToMicroseconds(DateTimeOffset.UnixEpoch.AddTicks(ticks)).ShouldBe(microseconds);

    [Fact]
    public void An_offset_does_not_change_the_instant()
    {
        var time = new DateTimeOffset(2025, 3, 14, 1, 30, 0, TimeSpan.FromHours(3));
        var microseconds = LakeTime.ToMicroseconds(time);
        LakeTime.FromMicroseconds(microseconds).ShouldBe(time);
        LakeTime.FromMicroseconds(microseconds).Offset.ShouldBe(TimeSpan.Zero);
    }
}
