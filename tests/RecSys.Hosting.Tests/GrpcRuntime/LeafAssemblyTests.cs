using System.Reflection;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Net.Compression;

namespace RecSys.Hosting.Tests.GrpcRuntime;

/// <summary>
/// The official runtime assemblies were compiled against other builds of the two leaf assemblies than ours. Whatever they
/// refer to must be there, or a call would fail on the day that it is made for the first time.
/// </summary>
public sealed class LeafAssemblyTests
{
    private static readonly IReadOnlySet<string> Leaves = new HashSet<string> { "Grpc.Core.Api", "Grpc.Net.Common" };

    /// <summary>Stands for any type argument; no constraint in either assembly asks for more than a class.</summary>
    private static readonly Type[] AnyArguments = [.. Enumerable.Repeat(typeof(object), 8)];

    public static TheoryData<string> RuntimeAssemblies { get; } =
        [typeof(GrpcServiceOptions).Assembly.GetName().Name!, typeof(GrpcChannel).Assembly.GetName().Name!];

    [Theory]
    [MemberData(nameof(RuntimeAssemblies))]
    public void Every_type_and_member_that_the_runtime_refers_to_is_there(string name)
    {
        var assembly = Assembly.Load(name);
        var references = RuntimeReferences.Read(assembly, Leaves);

        references.Count.ShouldBeGreaterThan(100);
        var missing = new List<string>();
        foreach (var reference in references)
        {
            try
            {
                // What the runtime itself does when it compiles a method that uses the reference.
                var found = assembly.ManifestModule.ResolveMember(reference.Token, AnyArguments, AnyArguments);
                if (!IsVisible(found))
                {
                    missing.Add($"{reference.Assembly}: {reference.Name} isn't public");
                }
            }
            catch (Exception exception) when (exception is MissingMemberException or TypeLoadException or ArgumentException)
            {
                missing.Add($"{reference.Assembly}: {reference.Name} ({exception.Message})");
            }
        }

        missing.ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(RuntimeAssemblies))]
    public void Every_type_of_the_runtime_loads(string name)
    {
        // Fails when a base class or an interface of ours asks for a member that the runtime doesn't implement.
        Should.NotThrow(() => Assembly.Load(name).GetTypes());
    }

    [Theory]
    [MemberData(nameof(RuntimeAssemblies))]
    public void Every_override_in_the_runtime_overrides_something(string name)
    {
        const BindingFlags Declared = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
        var lost = Assembly.Load(name).GetTypes()
            .SelectMany(type => type.GetMethods(Declared))
            .Where(method => method.IsVirtual
                && !method.Attributes.HasFlag(MethodAttributes.NewSlot)
                && method.GetBaseDefinition().DeclaringType == method.DeclaringType)
            .Select(method => $"{method.DeclaringType}.{method.Name}");

        lost.ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(RuntimeAssemblies))]
    public void The_runtime_gets_the_assemblies_that_it_asks_for(string name)
    {
        foreach (var asked in Assembly.Load(name).GetReferencedAssemblies().Where(reference => Leaves.Contains(reference.Name!)))
        {
            Assembly.Load(asked).GetName().GetPublicKeyToken().ShouldBe(asked.GetPublicKeyToken());
            Assembly.Load(asked).GetName().Version.ShouldBe(asked.Version);
        }
    }

    private static bool IsVisible(MemberInfo? member) => member switch
    {
        Type type => type.IsVisible || type.IsNestedFamily || type.IsNestedFamORAssem,
        MethodBase method => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly,
        FieldInfo field => field.IsPublic || field.IsFamily || field.IsFamilyOrAssembly,
        _ => false,
    };
}
