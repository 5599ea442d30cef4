namespace RecSys.Analytics.Tests.Engine;

/// <summary>DuckDB's package has libraries of 40 to 120 MB for five platforms; a program's folder gets one.</summary>
public sealed class NativeLibraryTests
{
    [Fact]
    public void Only_the_library_of_this_machine_is_beside_the_program() =>
        Directory.EnumerateFiles(AppContext.BaseDirectory, "*duckdb.*", SearchOption.AllDirectories)
            .Where(file => Path.GetExtension(file) is ".so" or ".dylib" || Path.GetFileName(file) == "duckdb.dll")
            .ShouldHaveSingleItem();
}
