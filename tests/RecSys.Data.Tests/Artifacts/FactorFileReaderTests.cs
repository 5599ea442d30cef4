using RecSys.Data.Artifacts;
using RecSys.TestKit;

namespace RecSys.Data.Tests.Artifacts;

/// <summary>Files that numpy itself wrote.</summary>
public sealed class FactorFileReaderTests : IDisposable
{
    private const string Arrays = "u = np.arange(6).reshape(3, 2) / 4; i = np.arange(8).reshape(4, 2) / 8; names = np.array(['ann', 'böb', '🎧'])";

    private readonly TempFolder _folder = new("factors");

    private string File => _folder.File("factors.npz");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("np.savez(f, user_factors=u.astype(np.float32), item_factors=i.astype(np.float32), user_ids=names, item_ids=np.array(list('abcd')), alpha=np.float32(15))")]
    [InlineData("np.savez_compressed(f, alpha=np.array([15.0]), item_ids=np.array(list('abcd')), user_ids=names, item_factors=np.asfortranarray(i), user_factors=np.asfortranarray(u))")]
    [InlineData("np.savez(f, user_factors=u.astype('>f4'), item_factors=i.astype('>f8'), user_ids=names.astype('>U9'), item_ids=np.array([b'a', b'b', b'c', b'd']), alpha=np.int64(15))")]
    [InlineData("np.savez_compressed(f, user_factors=u.astype(np.float16), item_factors=i, user_index_to_id=names, item_index_to_id=np.array(list('abcd')), alpha=np.array([15], dtype=np.float32))")]
    public async Task Factors_are_read_whatever_numpy_made_of_them(string save)
    {
        await WriteAsync(save);
        var factors = await FactorFileReader.ReadAsync(File, TestContext.Current.CancellationToken);
        factors.UserIds.ShouldBe(["ann", "böb", "🎧"]);
        factors.ItemIds.ShouldBe(["a", "b", "c", "d"]);
        factors.FactorCount.ShouldBe(2);
        factors.UserFactors.ShouldBe([0, 0.25f, 0.5f, 0.75f, 1, 1.25f]);
        factors.ItemFactors.ShouldBe([0, 0.125f, 0.25f, 0.375f, 0.5f, 0.625f, 0.75f, 0.875f]);
        factors.Alpha.ShouldBe(15);
        factors.Settings.ShouldBeEmpty();
    }

    [Fact]
    public async Task Whole_numbers_as_ids_become_their_digits()
    {
        await WriteAsync("np.savez(f, user_factors=u, item_factors=i, user_ids=np.array([-7, 0, 2**62]), item_ids=np.array([1, 2, 3, 2**64 - 1], dtype='>u8'))");
        var factors = await FactorFileReader.ReadAsync(File, TestContext.Current.CancellationToken);
        factors.UserIds.ShouldBe(["-7", "0", "4611686018427387904"]);
        factors.ItemIds.ShouldBe(["1", "2", "3", "18446744073709551615"]);
        factors.Alpha.ShouldBeNull();
    }

    [Theory]
    [InlineData("np.savez(f, user_factors=u, item_factors=i, user_ids=np.array(['a', 'b', None], dtype=object), item_ids=np.arange(4))", "user_ids", "Python objects")]
    [InlineData("np.savez(f, user_factors=u.astype(complex), item_factors=i, user_ids=names, item_ids=np.arange(4))", "user_factors", "<c16")]
    [InlineData("np.savez(f, user_factors=np.zeros(3, dtype=[('a', '<f4')]), item_factors=i, user_ids=names, item_ids=np.arange(4))", "user_factors", "a structure")]
    [InlineData("np.savez(f, user_factors=u, item_factors=i[:, :1], user_ids=names, item_ids=np.arange(4))", "item_factors", "have 2 factors")]
    [InlineData("np.savez(f, user_factors=u, item_factors=i, user_ids=names[:2], item_ids=np.arange(4))", "user_ids", "3 rows")]
    [InlineData("np.savez(f, user_factors=u, item_factors=i, user_ids=names, item_ids=np.array([1, 2, 2, 3]))", "item_ids", "twice")]
    [InlineData("u[1, 1] = np.nan; np.savez(f, user_factors=u, item_factors=i, user_ids=names, item_ids=np.arange(4))", "user_factors", "row 1")]
    [InlineData("np.savez(f, user_factors=u, item_factors=i, user_ids=names)", "item_ids", "there are user_factors")]
    [InlineData("np.savez(f, user_factors=u, item_factors=i, user_ids=names, item_ids=np.arange(4), alpha=-1)", "alpha", "above 0")]
    [InlineData("np.savez(f, user_factors=u.ravel(), item_factors=i, user_ids=names, item_ids=np.arange(4))", "user_factors", "a matrix")]
    [InlineData("open(f, 'w').write('user,item')", "npz", "np.savez")]
    [InlineData("np.savez(f, user_factors=u, item_factors=i, user_ids=names, item_ids=np.arange(4)); d = open(f, 'rb').read(); open(f, 'wb').write(d[:500])", "npz", "damaged")]
    public async Task What_cannot_be_used_is_named_in_one_line(string save, string array, string problem)
    {
        await WriteAsync(save);
        var failure = await Should.ThrowAsync<FactorFileException>(() => FactorFileReader.ReadAsync(File, TestContext.Current.CancellationToken));
        failure.Message.ShouldStartWith(File);
        failure.Message.ShouldContain(array);
        failure.Message.ShouldContain(problem);
        failure.Message.ShouldNotContain("\n");
    }

    [Fact]
    public async Task An_array_that_claims_more_than_it_holds_is_refused_before_memory_is_taken()
    {
        await WriteAsync(
            "np.savez(f, user_factors=u, item_factors=i, user_ids=names, item_ids=np.arange(4)); "
            + "d = open(f, 'rb').read().replace(b\"'shape': (3, 2), }\" + b' ' * 11, b\"'shape': (1000000000, 2), }  \"); open(f, 'wb').write(d)");
        var failure = await Should.ThrowAsync<FactorFileException>(() => FactorFileReader.ReadAsync(File, TestContext.Current.CancellationToken));
        failure.Message.ShouldContain("does not fit its");
    }

    private async Task WriteAsync(string save)
    {
        var script = _folder.File("save.py");
        await System.IO.File.WriteAllTextAsync(script, $"import sys\nimport numpy as np\nf = sys.argv[1]\n{Arrays}\n{save}\n");
        await using var python = ChildProcess.StartPython(script, [File]);
        (await python.WaitForExitAsync(TimeSpan.FromMinutes(1))).ShouldBe(0, python.Output);
    }
}
