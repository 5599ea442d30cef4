using RecSys.Serving.Histories;

namespace RecSys.Serving.Tests.Histories;

public sealed class BoundedCacheTests
{
    [Fact]
    public void The_entry_that_was_not_asked_for_the_longest_goes_first()
    {
        var cache = new BoundedCache<string, int>(capacity: 3);
        cache.Set("a", 1);
        cache.Set("b", 2);
        cache.Set("c", 3);
        cache.TryGet("a", out _).ShouldBeTrue();

        cache.Set("d", 4);

        Keys(cache, "a", "b", "c", "d").ShouldBe(["a", "c", "d"]);
    }

    [Fact]
    public void Heavier_entries_leave_room_for_fewer()
    {
        var cache = new BoundedCache<string, object>(capacity: 10);
        var growing = cache.GetOrAdd("growing", _ => new object());
        cache.Set("other", new object(), weight: 4);

        cache.TryGet("growing", out _);
        cache.Reweigh("growing", growing, weight: 7);

        Keys(cache, "growing", "other").ShouldBe(["growing"]);
        cache.Weight.ShouldBe(7);
    }

    [Fact]
    public void One_entry_is_held_even_when_it_is_too_heavy()
    {
        var cache = new BoundedCache<string, int>(capacity: 2);
        cache.Set("small", 1);

        cache.Set("large", 2, weight: 100);

        Keys(cache, "small", "large").ShouldBe(["large"]);
        cache.Count.ShouldBe(1);
    }

    [Fact]
    public void Replacing_an_entry_does_not_count_it_twice()
    {
        var cache = new BoundedCache<string, int>(capacity: 10);
        cache.Set("a", 1, weight: 5);
        cache.Set("a", 2, weight: 3);

        cache.Weight.ShouldBe(3);
        cache.TryGet("a", out var value).ShouldBeTrue();
        value.ShouldBe(2);
    }

    [Fact]
    public void Weighing_an_entry_that_is_gone_or_was_replaced_changes_nothing()
    {
        var cache = new BoundedCache<string, object>(capacity: 10);
        var old = cache.GetOrAdd("a", _ => new object());
        cache.Set("a", new object());

        cache.Reweigh("a", old, weight: 9);
        cache.Reweigh("never there", old, weight: 9);

        cache.Weight.ShouldBe(1);
    }

    [Fact]
    public void Many_threads_leave_it_within_its_bounds()
    {
        var cache = new BoundedCache<int, object>(capacity: 100);
        Parallel.For(0, 8, thread =>
        {
            var random = new Random(thread);
            for (var i = 0; i < 10_000; i++)
            {
                var key = random.Next(500);
                cache.Reweigh(key, cache.GetOrAdd(key, _ => new object()), random.Next(1, 5));
            }
        });

        cache.Weight.ShouldBeLessThanOrEqualTo(100);
        cache.Count.ShouldBeGreaterThan(20);
    }

    private static IEnumerable<string> Keys<T>(BoundedCache<string, T> cache, params string[] keys) => keys.Where(key => cache.TryGet(key, out _)).ToArray();
}
