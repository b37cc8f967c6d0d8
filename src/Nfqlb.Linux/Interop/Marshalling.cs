using System.Runtime.CompilerServices;

// Every signature here is blittable; with this the compiler refuses one that is not.
[assembly: DisableRuntimeMarshalling]
