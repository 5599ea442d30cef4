namespace RecSys.Architecture.Tests;

public sealed class LayoutTests
{
    [Fact]
    public void Project_references_point_down()
    {
        // Each layer may use the ones before it; a service never uses another service.
        var wrong = from project in Repository.Projects()
                    let layer = LayerOf(project)
                    from reference in Repository.ReferencesOf(project)
                    let to = LayerOf(reference)
                    where to >= layer
                    select $"{Repository.Relative(project)} must not use {Repository.Relative(reference)}";
        wrong.ShouldBeEmpty();
    }

    [Fact]
    public void A_third_party_package_is_visible_in_one_project()
    {
        var packages = from project in Repository.Projects()
                       where !Repository.Relative(project).StartsWith("tests/", StringComparison.Ordinal)
                       from package in Repository.Xml(project).Descendants("PackageReference")
                       where package.Parent!.Attribute("Condition") is null
                       group Repository.Relative(project) by package.Attribute("Include")!.Value;
        packages.Where(p => p.Distinct().Count() > 1).Select(p => $"{p.Key}: {string.Join(", ", p)}").ShouldBeEmpty();
    }

    [Theory]
    [InlineData("ingest")]
    [InlineData("candidate")]
    [InlineData("ranker")]
    [InlineData("serving")]
    public void An_online_service_has_no_query_engine(string service)
    {
        var reached = new HashSet<string>();
        var open = new Queue<string>(Repository.Projects().Where(project => Repository.Relative(project).StartsWith($"services/{service}/", StringComparison.Ordinal)));
        open.ShouldHaveSingleItem();
        while (open.TryDequeue(out var project))
        {
            if (reached.Add(Repository.Relative(project)))
            {
                Repository.ReferencesOf(project).ToList().ForEach(open.Enqueue);
            }
        }

        reached.ShouldNotContain("shared/RecSys.Analytics/RecSys.Analytics.csproj");
    }

    [Fact]
    public void Versions_of_packages_are_given_in_one_place()
    {
        var versions = from project in Repository.Projects()
                       from package in Repository.Xml(project).Descendants("PackageReference")
                       where package.Attribute("Version") is not null
                       select $"{Repository.Relative(project)}: {package.Attribute("Include")!.Value}";
        versions.ShouldBeEmpty();
    }

    [Fact]
    public void Every_project_is_in_the_solution()
    {
        var solution = File.ReadAllText(Repository.PathTo("RecSys.sln")).Replace('\\', '/');
        Repository.Projects().Select(Repository.Relative).Where(project => !solution.Contains(project)).ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(ServiceNames))]
    public void Every_service_has_one_shape(string service)
    {
        var name = Capitalized(service);
        foreach (var file in new[] { "Program.cs", $"{name}Module.cs", $"{name}Options.cs", $"{name}Log.cs", "README.md", "Dockerfile" })
        {
            File.Exists(Repository.PathTo("services", service, file)).ShouldBeTrue($"services/{service}/{file} is missing");
        }

        File.ReadAllLines(Repository.PathTo("services", service, "Program.cs")).Length.ShouldBeLessThanOrEqualTo(20);
        File.ReadAllText(Repository.PathTo("services", service, $"{name}Module.cs")).ShouldContain($"Map{name}(");
        Directory.Exists(Repository.PathTo("services", service, "Grpc")).ShouldBeTrue();
    }

    [Fact]
    public void Every_proto_package_is_its_folder()
    {
        foreach (var file in Repository.Files("protos", "*.proto"))
        {
            var text = File.ReadAllText(file);
            var package = Repository.Relative(Path.GetDirectoryName(file)!)["protos/".Length..].Replace('/', '.');
            text.ShouldContain($"\npackage {package};", customMessage: Repository.Relative(file));
            text.ShouldContain("option csharp_namespace", customMessage: Repository.Relative(file));
        }
    }

    [Fact]
    public void Hand_written_files_hold_one_idea_each()
    {
        // About 400 lines; beyond 450 a file is two ideas.
        var long_ = from folder in new[] { "shared", "services", "tests" }
                    from file in Repository.Files(folder, "*.cs")
                    where !file.Contains($"{Path.DirectorySeparatorChar}Migrations{Path.DirectorySeparatorChar}")
                    let lines = File.ReadLines(file).Count()
                    where lines > 450
                    select $"{Repository.Relative(file)}: {lines} lines";
        long_.ShouldBeEmpty();
    }

    public static TheoryData<string> ServiceNames() => [.. Repository.Services];

    private static string Capitalized(string service) => char.ToUpperInvariant(service[0]) + service[1..];

    private static int LayerOf(string project) => Repository.Relative(project).Split('/') switch
    {
        ["shared", "RecSys.Algorithms" or "RecSys.Contracts", ..] => 2,
        ["shared", "RecSys.Data", ..] => 3,
        ["shared", "RecSys.Lake", ..] => 4,
        ["shared", "RecSys.Analytics" or "RecSys.Hosting", ..] => 5,
        ["services", "standalone", ..] => 7,
        ["services", "cli", ..] => 8,
        ["services", ..] => 6,
        ["tests", "RecSys.TestKit" or "RecSys.Hosting.Probe", ..] => 9,
        ["tests", "RecSys.Benchmarks", ..] => 10,
        ["tests", ..] => 11,
        _ => throw new InvalidOperationException($"{Repository.Relative(project)} has no place in the layout; give it one here."),
    };

    [Fact]
    public void Native_code_is_called_where_a_decision_explains_it()
    {
        // docs/decisions: LightGBM has no .NET package with what is needed; .NET can't flush a folder to the disk.
        string[] explained = ["services/trainer/Ranker/LightGbm.cs", "shared/RecSys.Lake/Storage/DurableFiles.cs"];
        var calls = new[] { "shared", "services", "tests" }
            .SelectMany(folder => Repository.Files(folder, "*.cs"))
            .Where(file => File.ReadLines(file).Any(line => line.TrimStart().StartsWith("[DllImport", StringComparison.Ordinal)
                || line.TrimStart().StartsWith("[LibraryImport", StringComparison.Ordinal)))
            .Select(Repository.Relative);
        calls.Order(StringComparer.Ordinal).ShouldBe(explained);
    }
}
