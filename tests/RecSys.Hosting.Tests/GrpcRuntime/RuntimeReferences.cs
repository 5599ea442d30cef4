using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace RecSys.Hosting.Tests.GrpcRuntime;

/// <summary>What a compiled assembly refers to in other assemblies.</summary>
internal static class RuntimeReferences
{
    /// <summary>Every type and member that <paramref name="assembly"/> refers to in an assembly of the given names.</summary>
    public static IReadOnlyList<RuntimeReference> Read(Assembly assembly, IReadOnlySet<string> targets)
    {
        using var file = new PEReader(File.OpenRead(assembly.Location));
        var reader = file.GetMetadataReader();
        var found = new List<RuntimeReference>();
        foreach (var handle in reader.TypeReferences)
        {
            if (AssemblyOf(reader, handle) is { } target && targets.Contains(target))
            {
                found.Add(new(MetadataTokens.GetToken(handle), target, NameOf(reader, handle)));
            }
        }

        foreach (var handle in reader.MemberReferences)
        {
            var member = reader.GetMemberReference(handle);
            if (DeclaringType(reader, member.Parent) is { } type && AssemblyOf(reader, type) is { } target && targets.Contains(target))
            {
                found.Add(new(MetadataTokens.GetToken(handle), target, $"{NameOf(reader, type)}.{reader.GetString(member.Name)}"));
            }
        }

        return found;
    }

    /// <summary>The type that declares a member: named directly, or as an instance of a generic type.</summary>
    private static TypeReferenceHandle? DeclaringType(MetadataReader reader, EntityHandle parent)
    {
        switch (parent.Kind)
        {
            case HandleKind.TypeReference:
                return (TypeReferenceHandle)parent;
            case HandleKind.TypeSpecification:
                var blob = reader.GetBlobReader(reader.GetTypeSpecification((TypeSpecificationHandle)parent).Signature);
                if (blob.ReadSignatureTypeCode() != SignatureTypeCode.GenericTypeInstance)
                {
                    return null;
                }

                blob.ReadCompressedInteger(); // class or value type
                var generic = blob.ReadTypeHandle();
                return generic.Kind == HandleKind.TypeReference ? (TypeReferenceHandle)generic : null;
            default:
                return null;
        }
    }

    private static string? AssemblyOf(MetadataReader reader, TypeReferenceHandle handle)
    {
        var scope = reader.GetTypeReference(handle).ResolutionScope;
        return scope.Kind switch
        {
            HandleKind.AssemblyReference => reader.GetString(reader.GetAssemblyReference((AssemblyReferenceHandle)scope).Name),
            HandleKind.TypeReference => AssemblyOf(reader, (TypeReferenceHandle)scope), // a nested type
            _ => null,
        };
    }

    private static string NameOf(MetadataReader reader, TypeReferenceHandle handle)
    {
        var type = reader.GetTypeReference(handle);
        var name = reader.GetString(type.Name);
        return type.ResolutionScope.Kind == HandleKind.TypeReference
            ? $"{NameOf(reader, (TypeReferenceHandle)type.ResolutionScope)}/{name}"
            : $"{reader.GetString(type.Namespace)}.{name}";
    }
}
