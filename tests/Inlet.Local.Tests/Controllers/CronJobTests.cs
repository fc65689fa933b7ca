using System.Text.Json.Nodes;
using Inlet.Kubernetes;

namespace Inlet.Local.Tests.Controllers;

public sealed class CronJobTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 2, 12, 0, 30, TimeSpan.Zero);

    [Fact]
    public async Task Job_is_made_at_each_time_and_the_last_few_are_kept()
    {
        var time = new ManualTime(Noon);
        await using var cluster = await TestCluster.StartAsync(time: time);
        var cronJob = await cluster.CreateAsync(ResourceTypes.CronJobs, CronJob("tick", """{"schedule":"*/5 * * * *","successfulJobsHistoryLimit":2}"""));
        for (var tick = 1; tick <= 4; tick++)
        {
            time.Advance(TimeSpan.FromMinutes(5));
            var minute = new DateTimeOffset(2026, 3, 2, 12, 5 * tick, 0, TimeSpan.Zero);
            var name = $"tick-{minute.ToUnixTimeSeconds() / 60}";
            var job = await cluster.UntilAsync(ResourceTypes.Jobs, name, job => job is not null);
            Assert.Equal(cronJob.Uid(), job!.Metadata().Objects("ownerReferences").Single().String("uid"));
            await cluster.UntilAsync(ResourceTypes.CronJobs, "tick", c => c.Object("status").String("lastScheduleTime") == minute.ToString("yyyy-MM-ddTHH:mm:ssZ", null)
                && c.Object("status").Objects("active").Any(a => a.String("name") == name));
            var pod = Assert.Single(await cluster.UntilListAsync(ResourceTypes.Pods, pods => pods is [var p] && p.Object("status").String("phase") == "Running", $"job-name={name}"));
            await cluster.Kubelet!.FinishAsync(pod);
            await cluster.UntilAsync(ResourceTypes.CronJobs, "tick", c => !c.Object("status").Objects("active").Any());
        }

        await cluster.UntilListAsync(ResourceTypes.Jobs, jobs => jobs.Count == 2);
        Assert.Equal(4, (await cluster.EventsAsync("tick", "SuccessfulCreate", 4)).Count);
        Assert.Equal(4, (await cluster.EventsAsync("tick", "SawCompletedJob", 4)).Count);
    }

    [Theory]
    [InlineData("Allow", 2)]
    [InlineData("Forbid", 1)]
    [InlineData("Replace", 1)]
    public async Task Job_still_running_when_the_next_is_due_is_treated_as_asked(string policy, int expected)
    {
        var time = new ManualTime(Noon);
        await using var cluster = await TestCluster.StartAsync(time: time);
        await cluster.CreateAsync(ResourceTypes.CronJobs, CronJob("tick", $$"""{"schedule":"* * * * *","concurrencyPolicy":"{{policy}}"}"""));
        time.Advance(TimeSpan.FromMinutes(1));
        var first = Assert.Single(await cluster.UntilListAsync(ResourceTypes.Jobs, jobs => jobs.Count == 1));
        await cluster.UntilAsync(ResourceTypes.CronJobs, "tick", c => c.Object("status").String("lastScheduleTime") is not null);

        time.Advance(TimeSpan.FromMinutes(1));
        if (policy == "Forbid")
        {
            await cluster.EventsAsync("tick", "JobAlreadyActive");
        }

        var jobs = await cluster.UntilListAsync(ResourceTypes.Jobs, jobs => jobs.Count == expected && (policy == "Forbid" || jobs.Any(j => j.Uid() != first.Uid())));
        Assert.Equal(policy != "Replace", jobs.Any(job => job.Uid() == first.Uid()));
    }

    [Fact]
    public async Task Times_missed_while_nothing_ran_are_made_up_for_once_within_the_deadline()
    {
        var time = new ManualTime(Noon);
        await using var cluster = await TestCluster.StartAsync(time: time);
        await cluster.CreateAsync(ResourceTypes.CronJobs, CronJob("kept", """{"schedule":"0 * * * *"}"""));
        await cluster.CreateAsync(ResourceTypes.CronJobs, CronJob("strict", """{"schedule":"0 * * * *","startingDeadlineSeconds":600}"""));
        await cluster.StopControllersAsync();
        time.Advance(TimeSpan.FromHours(5.5));
        cluster.StartControllers();

        await cluster.UntilListAsync(ResourceTypes.Jobs, jobs => jobs.Count == 1 && jobs[0].Name().StartsWith("kept-", StringComparison.Ordinal));
        time.Advance(TimeSpan.FromMinutes(30));
        await cluster.UntilListAsync(ResourceTypes.Jobs, jobs => jobs.Count(j => j.Name().StartsWith("strict-", StringComparison.Ordinal)) == 1);
    }

    [Fact]
    public async Task Suspended_cron_job_makes_none()
    {
        var time = new ManualTime(Noon);
        await using var cluster = await TestCluster.StartAsync(time: time);
        await cluster.CreateAsync(ResourceTypes.CronJobs, CronJob("asleep", """{"schedule":"* * * * *","suspend":true}"""));
        await cluster.CreateAsync(ResourceTypes.CronJobs, CronJob("awake", """{"schedule":"* * * * *"}"""));
        time.Advance(TimeSpan.FromMinutes(1));
        await cluster.UntilListAsync(ResourceTypes.Jobs, jobs => jobs.Count > 0);
        Assert.All(await cluster.ListAsync(ResourceTypes.Jobs), job => Assert.StartsWith("awake-", job.Name(), StringComparison.Ordinal));
    }

    private static JsonObject CronJob(string name, string spec)
    {
        var cronJob = TestCluster.Json($$"""
            {"metadata":{"name":"{{name}}"},"spec":{"jobTemplate":{"spec":{"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"a","image":"a"}]} } } } } }
            """);
        foreach (var (key, value) in TestCluster.Json(spec))
        {
            cronJob["spec"]![key] = value?.DeepClone();
        }

        return cronJob;
    }
}
