using System.Text.RegularExpressions;
using RecSys.Hosting;
using YamlDotNet.RepresentationModel;

namespace RecSys.Architecture.Tests;

/// <summary>docker-compose.yml, the Dockerfiles and k8s/ say what the code does.</summary>
public sealed partial class DeploymentTests : IDisposable
{
    private const string AnySecret = "0123456789abcdef0123456789abcdef";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("recsys-deployment-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Compose_file_is_valid_and_names_the_services()
    {
        var compose = await ComposeAsync("DATABASE_PASSWORD", "BROKER_PASSWORD", "SERVICE_TOKEN", "ADMIN_TOKEN");
        var services = (YamlMappingNode)compose["services"];
        services.Children.Keys.Select(Text).ShouldBe([.. Repository.Services, "postgres", "rabbitmq", "lake-owner"], ignoreOrder: true);
        foreach (var (name, service) in services.Children.Select(c => (Text(c.Key), (YamlMappingNode)c.Value)))
        {
            ShouldBePinned(Text(service["image"]));
            if (Repository.Services.Contains(name))
            {
                ShouldListenWhereTheCodeSays(name, ((YamlMappingNode)service["environment"]).Children.ToDictionary(e => Text(e.Key), e => Text(e.Value)));
            }
        }
    }

    [Theory]
    [InlineData("DATABASE_PASSWORD")]
    [InlineData("BROKER_PASSWORD")]
    [InlineData("SERVICE_TOKEN")]
    [InlineData("ADMIN_TOKEN")]
    public async Task Compose_has_no_password_and_no_token_of_its_own(string missing)
    {
        string[] all = ["DATABASE_PASSWORD", "BROKER_PASSWORD", "SERVICE_TOKEN", "ADMIN_TOKEN"];

        var error = await Should.ThrowAsync<InvalidOperationException>(() => ComposeAsync([.. all.Except([missing])]));

        error.Message.ShouldContain("make .env as docker-compose.yml says");
    }

    [Fact]
    public async Task Compose_publishes_the_services_on_loopback_only_and_no_server()
    {
        var compose = await ComposeAsync("DATABASE_PASSWORD", "BROKER_PASSWORD", "SERVICE_TOKEN", "ADMIN_TOKEN");
        foreach (var (name, service) in ((YamlMappingNode)compose["services"]).Children.Select(c => (Text(c.Key), (YamlMappingNode)c.Value)))
        {
            var ports = service.Children.TryGetValue("ports", out var published) ? ((YamlSequenceNode)published).Select(Text).ToArray() : [];
            ports.ShouldAllBe(port => port.StartsWith("127.0.0.1:", StringComparison.Ordinal), name);
            ports.Any().ShouldBe(Repository.Services.Contains(name), name);
        }
    }

    [Fact]
    public async Task The_trial_makes_up_its_secrets_once_and_the_services_take_them_as_settings()
    {
        var local = CopyOfKubernetesFiles("k8s/overlays/local");
        await Repository.RunAsync(Path.Combine(local, "make-secrets"));

        var settings = File.ReadAllLines(Path.Combine(local, "recsys.secret")).ToDictionary(line => line.Split('=')[0], line => line[(line.IndexOf('=') + 1)..]);
        settings.Keys.Select(key => key["RECSYS__".Length..].Replace("__", ":")).ShouldBeSubsetOf(KnownSettings.All);
        foreach (var token in new[] { "RECSYS__SECURITY__SERVICETOKEN", "RECSYS__SECURITY__ADMINTOKEN" })
        {
            settings[token].ShouldMatch("^[0-9a-f]{64}$");
        }

        (await Repository.RunAsync("stat", "--format=%a", Path.Combine(local, "recsys.secret"))).Trim().ShouldBe("600");
        (await Should.ThrowAsync<InvalidOperationException>(() => Repository.RunAsync(Path.Combine(local, "make-secrets")))).Message.ShouldContain("is there already");
    }

    [Theory]
    [InlineData("k8s/base")]
    [InlineData("k8s/overlays/local")]
    public async Task Kustomize_builds_what_the_code_expects(string folder)
    {
        var copied = CopyOfKubernetesFiles(folder);
        if (File.Exists(Path.Combine(copied, "make-secrets")))
        {
            await Repository.RunAsync(Path.Combine(copied, "make-secrets"));
        }

        var objects = Parse(await Repository.RunAsync("kubectl", "kustomize", copied)).Cast<YamlMappingNode>().ToArray();
        var shared = objects.Where(o => Text(o["kind"]) == "ConfigMap").SelectMany(o => ((YamlMappingNode)o["data"]).Children)
            .ToDictionary(e => Text(e.Key), e => Text(e.Value));
        var workloads = objects.Where(o => Text(o["kind"]) is "Deployment" or "StatefulSet").ToDictionary(o => Text(o["metadata"]["name"]));
        workloads.Keys.ShouldBe([.. Repository.Services, "postgres", "rabbitmq"], ignoreOrder: true);
        foreach (var (name, workload) in workloads)
        {
            var pod = workload["spec"]["template"]["spec"];
            var container = (YamlMappingNode)((YamlSequenceNode)pod["containers"]).Single();
            ShouldBePinned(Text(container["image"]));
            Text(pod["securityContext"]["runAsNonRoot"]).ShouldBe("true");
            container.Children.Keys.Select(Text).ShouldContain("livenessProbe");
            container.Children.Keys.Select(Text).ShouldContain("readinessProbe");
            if (Repository.Services.Contains(name))
            {
                var settings = new Dictionary<string, string>(shared);
                foreach (var variable in (YamlSequenceNode)container["env"])
                {
                    settings[Text(variable["name"])] = Text(variable["value"]);
                }

                ShouldListenWhereTheCodeSays(name, settings);
                var ports = ((YamlSequenceNode)container["ports"]).ToDictionary(p => Text(p["name"]), p => int.Parse(Text(p["containerPort"])));
                (ports["grpc"], ports["http"]).ShouldBe(PortsOf(name));
                Text(container["livenessProbe"]["httpGet"]["path"]).ShouldBe("/healthz");
                Text(container["readinessProbe"]["httpGet"]["path"]).ShouldBe("/readyz");
            }
        }
    }

    [Theory]
    [MemberData(nameof(LayoutTests.ServiceNames), MemberType = typeof(LayoutTests))]
    public void Dockerfile_builds_and_starts_its_service_as_an_ordinary_user(string service)
    {
        var name = char.ToUpperInvariant(service[0]) + service[1..];
        var lines = File.ReadAllLines(Repository.PathTo("services", service, "Dockerfile"));
        lines.ShouldContain($"RUN dotnet publish services/{service}/RecSys.{name}.csproj -c Release -o /app");
        lines.ShouldContain($"ENTRYPOINT [\"dotnet\", \"RecSys.{name}.dll\"]");
        lines.ShouldContain("USER $APP_UID");
        var (grpc, http) = PortsOf(service);
        lines.ShouldContain($"EXPOSE {grpc} {http}");
        File.Exists(Repository.PathTo("services", service, $"RecSys.{name}.csproj")).ShouldBeTrue();
        foreach (var image in lines.Where(l => l.StartsWith("FROM ", StringComparison.Ordinal)))
        {
            ShouldBePinned(image.Split(' ')[1]);
        }

        // Everything comes with .NET's packages but LightGBM's one system library, and only the trainer has LightGBM.
        lines.Where(line => line.Contains("npm", StringComparison.Ordinal) || line.Contains("node", StringComparison.Ordinal)).ShouldBeEmpty();
        lines.Where(line => line.Contains("apt-get", StringComparison.Ordinal)).ShouldBe(
            service == "trainer"
                ? ["RUN apt-get update && apt-get install -y --no-install-recommends libgomp1 && rm -rf /var/lib/apt/lists/*"]
                : []);
    }

    /// <summary>What docker-compose makes of the file when these variables are set, and no others.</summary>
    private async Task<YamlNode> ComposeAsync(params string[] variables)
    {
        await File.WriteAllLinesAsync(PathTo("env"), variables.Select(name => $"RECSYS_{name}={AnySecret}"));
        return Parse(await Repository.RunAsync("docker-compose", "--env-file", PathTo("env"), "-f", "docker-compose.yml", "config")).Single();
    }

    /// <summary>The Kubernetes files in a folder of the test's own, where secrets may be made.</summary>
    /// <returns>The full path of <paramref name="of"/> there.</returns>
    private string CopyOfKubernetesFiles(string of)
    {
        foreach (var file in Repository.Files("k8s", "*").Where(file => !file.EndsWith(".secret", StringComparison.Ordinal)))
        {
            var copy = PathTo(Repository.Relative(file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        return PathTo(of);
    }

    private string PathTo(string path) => Path.Combine(_folder.FullName, path);

    /// <summary>The ports in the service's own Program.cs.</summary>
    private static (int Grpc, int Http) PortsOf(string service)
    {
        var program = File.ReadAllText(Repository.PathTo("services", service, "Program.cs"));
        var match = PortsInProgram().Match(program);
        match.Success.ShouldBeTrue($"services/{service}/Program.cs names no ports");
        return (int.Parse(match.Groups["grpc"].Value), int.Parse(match.Groups["http"].Value));
    }

    private static void ShouldListenWhereTheCodeSays(string service, Dictionary<string, string> settings)
    {
        var (grpc, http) = PortsOf(service);
        settings["RECSYS__ENDPOINTS__GRPC"].ShouldBe($"http://0.0.0.0:{grpc}");
        settings["RECSYS__ENDPOINTS__HTTP"].ShouldBe($"http://0.0.0.0:{http}");
        foreach (var (key, value) in settings.Where(s => s.Key.StartsWith("RECSYS__", StringComparison.Ordinal)))
        {
            var setting = key["RECSYS__".Length..].Replace("__", ":");
            KnownSettings.All.ShouldContain(setting.ToUpperInvariant(), $"{key} is no setting of the code");
            if (key.StartsWith("RECSYS__SERVICES__", StringComparison.Ordinal))
            {
                var target = key["RECSYS__SERVICES__".Length..].ToLowerInvariant();
                value.ShouldEndWith($"{target}:{PortsOf(target).Grpc}");
            }
        }
    }

    private static void ShouldBePinned(string image)
    {
        var tag = image.Split(':').Skip(1).SingleOrDefault();
        tag.ShouldNotBeNullOrEmpty($"{image} has no tag");
        tag.ShouldNotBe("latest");
    }

    private static IEnumerable<YamlNode> Parse(string yaml)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(yaml));
        return stream.Documents.Select(d => d.RootNode);
    }

    private static string Text(YamlNode node) => ((YamlScalarNode)node).Value ?? "";

    [GeneratedRegex(@"GrpcPort:\s*(?<grpc>\d+),\s*HttpPort:\s*(?<http>\d+)")]
    private static partial Regex PortsInProgram();
}
