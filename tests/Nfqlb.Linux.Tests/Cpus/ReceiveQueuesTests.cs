using Nfqlb.Linux.Cpus;

namespace Nfqlb.Linux.Tests.Cpus;

/// <summary>Files of /sys and /proc as drivers fill them.</summary>
public sealed class ReceiveQueuesTests : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("nfqlb-sys-");

    public void Dispose() => _root.Delete(recursive: true);

    [Fact]
    public void A_driver_that_names_interrupts_by_the_link()
    {
        Queue("eth0", 0);
        Queue("eth0", 1);
        Write("proc/interrupts", """
                       CPU0       CPU1
              8:          0          0   IO-APIC   8-edge      rtc0
             24:        100          0   PCI-MSI 524288-edge      eth0
             25:       1000          0   PCI-MSI 524289-edge      eth0-TxRx-0
             26:          0       2000   PCI-MSI 524290-edge      eth0-TxRx-1
             27:          0       2000   PCI-MSI 524291-edge      eth1-TxRx-0
            NMI:          0          0   Non-maskable interrupts
            """);
        Write("proc/irq/25/effective_affinity_list", "0\n");
        Write("proc/irq/26/smp_affinity_list", "0-1\n");

        var queues = Read("eth0");

        Assert.Equal(
            ["0 25 eth0-TxRx-0 0 ", "1 26 eth0-TxRx-1 0-1 "],
            queues.Select(Words));
    }

    [Fact]
    public void A_virtio_device_has_its_interrupts_at_its_bus()
    {
        Queue("eth0", 0);
        Write("sys/devices/pci/msi_irqs/30", "msix");
        Write("sys/devices/pci/msi_irqs/31", "msix");
        Write("sys/devices/pci/msi_irqs/32", "msix");
        Write("sys/devices/pci/virtio0/vendor", "");
        File.CreateSymbolicLink(
            Path.Combine(_root.FullName, "sys/class/net/eth0/device"),
            Path.Combine(_root.FullName, "sys/devices/pci/virtio0"));
        Write("proc/interrupts", """
             30:   5   PCI-MSIX-0000:00:03.0   0-edge      virtio0-config
             31:   5   PCI-MSIX-0000:00:03.0   1-edge      virtio0-input.0
             32:   5   PCI-MSIX-0000:00:03.0   2-edge      virtio0-output.0
            """);
        Write("proc/irq/31/effective_affinity_list", "1");

        Assert.Equal(["0 31 virtio0-input.0 1 "], Read("eth0").Select(Words));
    }

    [Fact]
    public void Completion_queues_may_have_the_bus_behind_their_number()
    {
        Queue("eth0", 0);
        Write("sys/class/net/eth0/device/msi_irqs/40", "msix");
        Write("sys/class/net/eth0/device/msi_irqs/41", "msix");
        Write("proc/interrupts", """
             40:   5   PCI-MSIX-0000:08:00.0   0-edge      mlx5_async0@pci:0000:08:00.0
             41:   5   PCI-MSIX-0000:08:00.0   1-edge      mlx5_comp0@pci:0000:08:00.0
            """);
        Write("proc/irq/41/effective_affinity_list", "3");

        Assert.Equal(["0 41 mlx5_comp0@pci:0000:08:00.0 3 "], Read("eth0").Select(Words));
    }

    [Fact]
    public void Packet_steering_decides_where_it_is_on()
    {
        Queue("veth", 0, steered: "00000001,00000006");
        Write("proc/interrupts", "            CPU0\n");

        var queue = Assert.Single(Read("veth"));

        Assert.Equal(("0   " + " 1-2,32", "1-2,32"), (Words(queue), $"{queue.Cpus}"));
    }

    [Fact]
    public void What_is_not_to_be_found_is_null()
    {
        Queue("veth", 0);
        Write("proc/interrupts", "            CPU0\n");

        Assert.Null(Assert.Single(Read("veth")).Cpus);
        Assert.Null(new ReceiveQueues(_root.FullName).Of("eth9"));
    }

    [Fact]
    public void This_machine_has_a_loopback_with_a_queue() =>
        Assert.NotEmpty(new ReceiveQueues().Of("lo")!);

    private static string Words(ReceiveQueue queue) =>
        $"{queue.Number} {queue.Interrupt} {queue.InterruptName} {queue.InterruptCpus} {queue.SteeredTo}";

    private IReadOnlyList<ReceiveQueue> Read(string link) => new ReceiveQueues(_root.FullName).Of(link)!;

    private void Queue(string link, int number, string steered = "00000000") =>
        Write($"sys/class/net/{link}/queues/rx-{number}/rps_cpus", steered + "\n");

    private void Write(string path, string text)
    {
        string full = Path.Combine(_root.FullName, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text);
    }
}
