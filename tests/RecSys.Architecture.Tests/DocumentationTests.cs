using System.Text.RegularExpressions;

namespace RecSys.Architecture.Tests;

/// <summary>The documents name what the code has.</summary>
public sealed partial class DocumentationTests
{
    [Fact]
    public void Every_setting_stands_in_the_configuration_document()
    {
        var sections = SectionHeading().Split(File.ReadAllText(Repository.PathTo("docs", "configuration.md")))[1..]
            .ToDictionary(text => text[..text.IndexOf('\n')].Trim(), text => text);
        var missing = from setting in KnownSettings.Read()
                      let parts = setting.Split(':')
                      where !sections.TryGetValue(parts[0], out var text) || !text.Contains($"| `{parts[1]}`")
                      select setting;
        missing.ShouldBeEmpty();
    }

    [Fact]
    public void Links_between_documents_lead_somewhere()
    {
        var broken = from folder in new[] { "docs", "examples", "services", "shared", "tests" }
                     from file in Repository.Files(folder, "*.md").Append(Repository.PathTo("README.md")).Append(Repository.PathTo("CONTRIBUTING.md"))
                     from Match link in Link().Matches(File.ReadAllText(file))
                     let target = link.Groups["target"].Value
                     where !target.Contains("://") && !target.StartsWith('#')
                     let path = Path.Combine(Path.GetDirectoryName(file)!, target.Split('#')[0])
                     where !File.Exists(path) && !Directory.Exists(path)
                     select $"{Repository.Relative(file)}: {target}";
        broken.Distinct().ShouldBeEmpty();
    }

    [Fact]
    public void The_README_of_a_project_names_every_folder_of_it()
    {
        var unnamed = from project in Repository.Projects()
                      let folder = Path.GetDirectoryName(project)!
                      where !Repository.Relative(folder).StartsWith("tests/", StringComparison.Ordinal)
                      from child in Directory.EnumerateDirectories(folder)
                      where Repository.Files(child, "*.cs").Any()
                      let name = Path.GetFileName(child)
                      let readme = Path.Combine(folder, "README.md")
                      where !File.Exists(readme) || !File.ReadAllText(readme).Contains($"`{name}/`")
                      select $"{Repository.Relative(readme)}: `{name}/`";
        unnamed.ShouldBeEmpty();
    }

    [GeneratedRegex(@"^## ", RegexOptions.Multiline)]
    private static partial Regex SectionHeading();

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)")]
    private static partial Regex Link();
}
