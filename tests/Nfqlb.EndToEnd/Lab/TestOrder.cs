using Xunit.Abstractions;
using Xunit.Sdk;

namespace Nfqlb.EndToEnd.Lab;

/// <summary>Which test classes may run at the same time: those with <see cref="BesideOthersAttribute"/>, first of all;
/// then each of the others by itself.</summary>
/// <remarks>Two cores carry client, kernel and balancer: tests that count packets would only disturb each other.
/// </remarks>
public sealed class TestOrder(ITestAssembly assembly, IMessageSink messages) : IXunitTestCollectionFactory
{
    private static readonly ITypeInfo Alone = Reflector.Wrap(typeof(AloneDefinition));

    private readonly CollectionPerClassTestCollectionFactory _perClass = new(assembly, messages);

    public string DisplayName => "classes that may run beside others first, then one after the other";

    public ITestCollection Get(ITypeInfo testClass) =>
        Has(testClass, typeof(BesideOthersAttribute)) || Has(testClass, typeof(CollectionAttribute))
            ? _perClass.Get(testClass)
            : new TestCollection(assembly, Alone, testClass.Name);

    private static bool Has(ITypeInfo testClass, Type attribute) =>
        testClass.GetCustomAttributes(attribute.AssemblyQualifiedName).Any();

    [CollectionDefinition("alone", DisableParallelization = true)]
    public sealed class AloneDefinition;
}
