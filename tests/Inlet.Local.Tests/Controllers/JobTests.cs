using System.Text.Json.Nodes;
using Inlet.Kubernetes;
using static Inlet.Local.Tests.Controllers.ObjectFacts;

namespace Inlet.Local.Tests.Controllers;

public sealed class JobTests
{
    [Fact]
    public async Task Job_runs_as_many_pods_at_a_time_as_allowed_until_enough_have_succeeded()
    {
        await using var cluster = await TestCluster.StartAsync();
        await using var counts = await PodCounts.StartAsync(cluster.Api, "job-name=sum");
        await cluster.CreateAsync(ResourceTypes.Jobs, Job("sum", """{"completions":5,"parallelism":2}"""));

        for (var done = 0; done < 5; done++)
        {
            var running = await cluster.UntilListAsync(ResourceTypes.Pods, pods => Running(pods).Count == Math.Min(2, 5 - done));
            await cluster.Kubelet!.FinishAsync(Running(running)[0]);
        }

        var job = await UntilAsync(cluster, "sum", "Complete");
        Assert.Equal((5, 0, 0), Counts(job));
        Assert.NotNull(job.Object("status").String("completionTime"));
        Assert.Equal("True", Condition(job, "SuccessCriteriaMet").String("status"));
        Assert.Equal(2, counts.MostRunning);
        Assert.Equal(["Job completed"], await cluster.EventsAsync("sum", "Completed"));
        Assert.All(await cluster.ListAsync(ResourceTypes.Pods), pod => Assert.Null(pod.Metadata().Array("finalizers")));
    }

    [Fact]
    public async Task Pods_that_fail_are_tried_again_with_a_pause_until_the_limit()
    {
        var time = new ManualTime(DateTimeOffset.UtcNow);
        await using var cluster = await TestCluster.StartAsync(time: time);
        await cluster.CreateAsync(ResourceTypes.Jobs, Job("bad", """{"backoffLimit":2}"""));

        for (var failures = 1; failures <= 3; failures++)
        {
            var pods = await cluster.UntilListAsync(ResourceTypes.Pods, pods => Running(pods).Count == 1);
            await cluster.Kubelet!.FinishAsync(Running(pods)[0], "Failed");
            await cluster.UntilAsync(ResourceTypes.Jobs, "bad", job => job.Object("status").Integer("failed") == failures);
            Assert.Equal(failures, (await cluster.ListAsync(ResourceTypes.Pods)).Count);
            time.Advance(TimeSpan.FromSeconds(10 * Math.Pow(2, failures - 1) + 1));
        }

        var job = await UntilAsync(cluster, "bad", "Failed");
        Assert.Equal("BackoffLimitExceeded", Condition(job, "Failed").String("reason"));
        Assert.Equal((0, 3, 0), Counts(job));
        Assert.Equal(["Job has reached the specified backoff limit"], await cluster.EventsAsync("bad", "BackoffLimitExceeded"));
    }

    [Fact]
    public async Task Job_out_of_time_ends_its_pods_and_then_fails()
    {
        var time = new ManualTime(DateTimeOffset.UtcNow);
        await using var cluster = await TestCluster.StartAsync(time: time);
        await cluster.CreateAsync(ResourceTypes.Jobs, Job("slow", """{"activeDeadlineSeconds":30}"""));
        await cluster.UntilListAsync(ResourceTypes.Pods, pods => Running(pods).Count == 1);
        await cluster.UntilAsync(ResourceTypes.Jobs, "slow", job => job.Object("status").Integer("active") == 1);
        cluster.Kubelet!.Ends = _ => false;

        time.Advance(TimeSpan.FromSeconds(31));
        var ending = await cluster.UntilListAsync(ResourceTypes.Pods, pods => pods is [var pod] && pod.IsBeingDeleted());
        var job = await cluster.UntilAsync(ResourceTypes.Jobs, "slow", job => Condition(job, "FailureTarget") is not null);
        Assert.Null(Condition(job, "Failed"));
        await cluster.Kubelet.RemoveAsync(ending[0]);
        Assert.Equal("DeadlineExceeded", Condition(await UntilAsync(cluster, "slow", "Failed"), "Failed").String("reason"));
        await cluster.UntilListAsync(ResourceTypes.Pods, pods => pods.Count == 0);
    }

    [Fact]
    public async Task Finished_pod_that_is_deleted_is_counted_once_also_across_a_restart()
    {
        await using var cluster = await TestCluster.StartAsync();
        await cluster.CreateAsync(ResourceTypes.Jobs, Job("sum", """{"completions":3,"parallelism":1}"""));
        for (var done = 0; done < 3; done++)
        {
            var pod = Running(await cluster.UntilListAsync(ResourceTypes.Pods, pods => Running(pods).Count == 1))[0];
            await cluster.StopControllersAsync();
            await cluster.Kubelet!.FinishAsync(pod);
            await cluster.DeleteAsync(ResourceTypes.Pods, pod.Name());
            cluster.StartControllers();
        }

        Assert.Equal((3, 0, 0), Counts(await UntilAsync(cluster, "sum", "Complete")));
        await cluster.UntilListAsync(ResourceTypes.Pods, pods => pods.Count == 0);
    }

    [Fact]
    public async Task Indexed_job_completes_every_index_once()
    {
        await using var cluster = await TestCluster.StartAsync();
        await cluster.CreateAsync(ResourceTypes.Jobs, Job("part", """{"completions":4,"parallelism":3,"completionMode":"Indexed","backoffLimit":9}"""));

        var pods = await cluster.UntilListAsync(ResourceTypes.Pods, pods => Running(pods).Count == 3);
        Assert.Equal(["0", "1", "2"], Running(pods).Select(Index).Order(StringComparer.Ordinal));
        var one = Running(pods).Single(pod => Index(pod) == "1");
        Assert.StartsWith("part-1-", one.Name(), StringComparison.Ordinal);
        Assert.Equal("part-1", one.Object("spec").String("hostname"));
        Assert.Contains(one.Object("spec").Objects("containers").First().Objects("env"), variable => variable.String("name") == "JOB_COMPLETION_INDEX");

        await cluster.Kubelet!.FinishAsync(one);
        await cluster.UntilListAsync(ResourceTypes.Pods, pods => Running(pods).Select(Index).Order(StringComparer.Ordinal).SequenceEqual(["0", "2", "3"]));
        foreach (var pod in Running(await cluster.ListAsync(ResourceTypes.Pods)))
        {
            await cluster.Kubelet.FinishAsync(pod);
        }

        var job = await UntilAsync(cluster, "part", "Complete");
        Assert.Equal("0-3", job.Object("status").String("completedIndexes"));
        Assert.Equal((4, 0, 0), Counts(job));
    }

    [Fact]
    public async Task Suspended_job_has_no_pods_and_goes_on_where_it_was()
    {
        await using var cluster = await TestCluster.StartAsync();
        await cluster.CreateAsync(ResourceTypes.Jobs, Job("sum", """{"completions":2,"parallelism":1,"suspend":true}"""));
        await cluster.UntilAsync(ResourceTypes.Jobs, "sum", job => Condition(job, "Suspended").String("status") == "True");
        Assert.Empty(await cluster.ListAsync(ResourceTypes.Pods));

        await cluster.PatchAsync(ResourceTypes.Jobs, "sum", """{"spec":{"suspend":false} }""");
        await cluster.Kubelet!.FinishAsync(Running(await cluster.UntilListAsync(ResourceTypes.Pods, pods => Running(pods).Count == 1))[0]);
        await cluster.UntilAsync(ResourceTypes.Jobs, "sum", job => job.Object("status").Integer("succeeded") == 1);
        await cluster.UntilListAsync(ResourceTypes.Pods, pods => Running(pods).Count == 1);
        await cluster.PatchAsync(ResourceTypes.Jobs, "sum", """{"spec":{"suspend":true} }""");
        await cluster.UntilListAsync(ResourceTypes.Pods, pods => Running(pods).Count == 0);
        await cluster.UntilAsync(ResourceTypes.Jobs, "sum", job => Counts(job!) == (1, 0, 0) && Condition(job, "Suspended").String("status") == "True");

        await cluster.PatchAsync(ResourceTypes.Jobs, "sum", """{"spec":{"suspend":false} }""");
        await cluster.Kubelet.FinishAsync(Running(await cluster.UntilListAsync(ResourceTypes.Pods, pods => Running(pods).Count == 1))[0]);
        Assert.Equal((2, 0, 0), Counts(await UntilAsync(cluster, "sum", "Complete")));
    }

    [Fact]
    public async Task Work_queue_ends_with_the_first_success_and_the_end_of_the_others()
    {
        await using var cluster = await TestCluster.StartAsync();
        await cluster.CreateAsync(ResourceTypes.Jobs, Job("queue", """{"parallelism":3}"""));
        var pods = Running(await cluster.UntilListAsync(ResourceTypes.Pods, pods => Running(pods).Count == 3));
        await cluster.Kubelet!.FinishAsync(pods[0]);
        await cluster.UntilAsync(ResourceTypes.Jobs, "queue", job => Counts(job!) == (1, 0, 2));
        await cluster.Kubelet.FinishAsync(pods[1]);
        await cluster.Kubelet.FinishAsync(pods[2]);

        Assert.Equal((3, 0, 0), Counts(await UntilAsync(cluster, "queue", "Complete")));
        Assert.Equal(3, (await cluster.ListAsync(ResourceTypes.Pods)).Count);
    }

    [Fact]
    public async Task Finished_job_goes_with_its_pods_when_its_time_to_live_is_over()
    {
        var time = new ManualTime(DateTimeOffset.UtcNow);
        await using var cluster = await TestCluster.StartAsync(time: time);
        await cluster.CreateAsync(ResourceTypes.Jobs, Job("once", """{"ttlSecondsAfterFinished":60}"""));
        await cluster.Kubelet!.FinishAsync(Running(await cluster.UntilListAsync(ResourceTypes.Pods, pods => Running(pods).Count == 1))[0]);
        await UntilAsync(cluster, "once", "Complete");

        time.Advance(TimeSpan.FromSeconds(50));
        await cluster.CreateAsync(ResourceTypes.Pods, Given.Pod("marker"));
        await cluster.EventsAsync("marker", "Scheduled");
        Assert.NotNull(await cluster.FindAsync(ResourceTypes.Jobs, "once"));
        time.Advance(TimeSpan.FromSeconds(12));
        await cluster.UntilAsync(ResourceTypes.Jobs, "once", job => job is null);
        await cluster.UntilListAsync(ResourceTypes.Pods, pods => pods.Count == 1);
    }

    [Theory]
    [InlineData("Background")]
    [InlineData("Foreground")]
    public async Task Deleted_job_takes_its_pods_along(string policy)
    {
        await using var cluster = await TestCluster.StartAsync();
        await cluster.CreateAsync(ResourceTypes.Jobs, Job("sum", """{"completions":4,"parallelism":2}"""));
        await cluster.Kubelet!.FinishAsync(Running(await cluster.UntilListAsync(ResourceTypes.Pods, pods => Running(pods).Count == 2))[0]);
        await cluster.UntilListAsync(ResourceTypes.Pods, pods => pods.Count == 3);

        await cluster.DeleteAsync(ResourceTypes.Jobs, "sum", policy);
        await cluster.UntilAsync(ResourceTypes.Jobs, "sum", job => job is null);
        await cluster.UntilListAsync(ResourceTypes.Pods, pods => pods.Count == 0);
    }

    private static JsonObject Job(string name, string spec)
    {
        var job = TestCluster.Json($$"""
            {"metadata":{"name":"{{name}}"},"spec":{"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"a","image":"a"}]} } } }
            """);
        foreach (var (key, value) in TestCluster.Json(spec))
        {
            job["spec"]![key] = value?.DeepClone();
        }

        return job;
    }

    private static async Task<JsonObject> UntilAsync(TestCluster cluster, string name, string condition) =>
        (await cluster.UntilAsync(ResourceTypes.Jobs, name, job => Condition(job, condition).String("status") == "True"))!;

    private static List<JsonObject> Running(IReadOnlyList<JsonObject> pods) =>
        [.. pods.Where(pod => pod.Object("status").String("phase") == "Running" && !pod.IsBeingDeleted())];

    private static string? Index(JsonObject pod) => pod.Annotations().String("batch.kubernetes.io/job-completion-index");

    private static (long Succeeded, long Failed, long Active) Counts(JsonObject job) =>
        (Status(job, "succeeded"), Status(job, "failed"), Status(job, "active"));
}
