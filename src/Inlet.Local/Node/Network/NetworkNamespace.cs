using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Inlet.Local.Node.Network;

/// <summary>
/// Network namespaces by name, kept as <c>ip netns</c> keeps them (a bind mount under /run/netns), so that people can look
/// into one with <c>ip netns exec</c>. A namespace belongs to a thread: each piece of work inside one runs on a thread of its
/// own that ends with it. A pool thread that entered one would take the next request, of anyone, along.
/// </summary>
internal static unsafe class NetworkNamespace
{
    private const string Root = "/run/netns";
    private const int StackBytes = 256 * 1024;

    static NetworkNamespace() => StartSocketThread();

    public static string PathOf(string name) => Path.Combine(Root, name);

    /// <summary>Makes a namespace, or takes one that is held elsewhere, and runs <paramref name="work"/> inside it. Failing, it leaves none behind.</summary>
    /// <param name="held">Its path; null makes one.</param>
    /// <exception cref="PodNetworkException">The namespace cannot be made or named.</exception>
    public static Task<T> CreateAsync<T>(string name, Func<T> work, string? held = null) => OnThreadAsync(() =>
    {
        CreateMountPoint(name);
        try
        {
            if (held is not null)
            {
                Enter(held);
            }
            else if (NetworkLibc.unshare(NetworkLibc.NewNetworkNamespace) < 0)
            {
                throw Failed("cannot make a network namespace");
            }

            if (NetworkLibc.mount("/proc/thread-self/ns/net", PathOf(name), "none", NetworkLibc.BindMount, null) < 0)
            {
                throw Failed($"cannot name network namespace {name}");
            }

            return work();
        }
        catch
        {
            Remove(name);
            throw;
        }
    });

    /// <summary>Runs <paramref name="work"/> inside the namespace at <paramref name="path"/>.</summary>
    public static Task<T> RunInsideAsync<T>(string path, Func<T> work) => OnThreadAsync(() =>
    {
        Enter(path);
        return work();
    });

    /// <summary>Takes the name away; the namespace itself goes with its last process.</summary>
    public static void Remove(string name)
    {
        var path = PathOf(name);
        if (File.Exists(path))
        {
            _ = NetworkLibc.umount2(path, NetworkLibc.DetachMount);
            File.Delete(path);
        }
    }

    public static IReadOnlyList<string> Names() =>
        Directory.Exists(Root) ? [.. Directory.EnumerateFileSystemEntries(Root).Select(Path.GetFileName).OfType<string>()] : [];

    /// <summary>Removes /run/netns when nobody's namespace is in it; <c>ip netns</c> makes it again.</summary>
    public static void RemoveRootIfEmpty()
    {
        if (Directory.Exists(Root) && Names().Count == 0)
        {
            _ = NetworkLibc.umount2(Root, 0);
            try
            {
                Directory.Delete(Root);
            }
            catch (IOException)
            {
                // Another instance made a namespace in this moment: the directory is its now.
            }
        }
    }

    public static SafeFileHandle OpenOwn() => File.OpenHandle("/proc/self/ns/net");

    private static void Enter(string path)
    {
        using var handle = File.OpenHandle(path);
        if (NetworkLibc.setns((int)handle.DangerousGetHandle(), NetworkLibc.NewNetworkNamespace) < 0)
        {
            throw Failed($"cannot enter network namespace {path}");
        }
    }

    private static void CreateMountPoint(string name)
    {
        try
        {
            CreateRoot();
            try
            {
                File.Open(PathOf(name), FileMode.CreateNew).Dispose();
            }
            catch (DirectoryNotFoundException)
            {
                // Another instance that stops took the empty directory away in between.
                CreateRoot();
                File.Open(PathOf(name), FileMode.CreateNew).Dispose();
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new PodNetworkException($"cannot name network namespace {name}: {error.Message}", error);
        }
    }

    /// <summary>
    /// A shared mount, as <c>ip netns</c> makes it: a process with a mount namespace of its own otherwise keeps a copy of each
    /// name, and with it each namespace, alive after we removed it.
    /// </summary>
    private static void CreateRoot()
    {
        Directory.CreateDirectory(Root);
        if (NetworkLibc.mount("", Root, "none", NetworkLibc.Shared | NetworkLibc.Recursive, null) < 0
            && Marshal.GetLastPInvokeError() == NetworkLibc.InvalidArgument
            && NetworkLibc.mount(Root, Root, "none", NetworkLibc.BindMount | NetworkLibc.Recursive, null) == 0)
        {
            _ = NetworkLibc.mount("", Root, "none", NetworkLibc.Shared | NetworkLibc.Recursive, null);
        }
    }

    private static PodNetworkException Failed(string what)
    {
        var error = Marshal.GetLastPInvokeError();
        return new($"{what}: {Marshal.GetPInvokeErrorMessage(error)}. Run as root, or use --pod-network host.");
    }

    /// <summary>
    /// .NET makes the thread that waits for all sockets when the first one has to wait. Made from inside a pod's namespace it would
    /// stay there for the life of the process, and the namespace with it.
    /// </summary>
    private static void StartSocketThread()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var received = socket.ReceiveAsync(new byte[1]);
        socket.SendTo([0], socket.LocalEndPoint!);
        received.GetAwaiter().GetResult();
    }

    private static Task<T> OnThreadAsync<T>(Func<T> work)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(
            () =>
            {
                try
                {
                    done.SetResult(work());
                }
                catch (Exception error)
                {
                    done.SetException(error);
                }
            },
            StackBytes)
        {
            IsBackground = true,
            Name = "inlet-netns",
        };
        thread.Start();
        return done.Task;
    }
}
