# Which sandboxes Get-E2BSandbox finds, how little it asks for, and who made them.
BeforeAll {
    . "$PSScriptRoot/Support.ps1"

    # A service whose list has ten pages, two sandboxes each, and which counts how many are asked for. What is to be
    # changed or ended is not there, which it says when Hold requests wait for it at once.
    Add-Type -TypeDefinition @'
        using System;
        using System.Collections.Concurrent;
        using System.Linq;
        using System.Net;
        using System.Text;
        using System.Threading.Tasks;
        public sealed class PagedService : IDisposable
        {
            private readonly HttpListener _listener = new HttpListener();
            public PagedService()
            {
                var probe = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
                probe.Start();
                Url = "http://127.0.0.1:" + ((IPEndPoint)probe.LocalEndpoint).Port;
                probe.Stop();
                _listener.Prefixes.Add(Url + "/");
                _listener.Start();
                _ = ServeAsync();
            }
            public string Url { get; }
            public ConcurrentQueue<string> Asked { get; } = new ConcurrentQueue<string>();
            public int Hold { get; set; } = 1;
            public int Most { get; set; }
            private readonly System.Collections.Generic.List<HttpListenerContext> _held = new System.Collections.Generic.List<HttpListenerContext>();
            public void Dispose() { _listener.Close(); }
            private void Change(HttpListenerContext context)
            {
                _held.Add(context);
                Most = Math.Max(Most, _held.Count);
                if (_held.Count < Hold) { return; }
                foreach (HttpListenerContext held in _held) { held.Response.StatusCode = 404; held.Response.Close(); }
                _held.Clear();
            }
            private async Task ServeAsync()
            {
                while (true)
                {
                    HttpListenerContext context;
                    try { context = await _listener.GetContextAsync(); } catch (Exception) { return; }
                    if (context.Request.HttpMethod != "GET") { Change(context); continue; }
                    Asked.Enqueue(context.Request.Url.Query);
                    int page = int.Parse(context.Request.QueryString["nextToken"] ?? "0");
                    if (page + 1 < 10) { context.Response.Headers["X-Next-Token"] = (page + 1).ToString(); }
                    string body = "[" + string.Join(",", Enumerable.Range(page * 2, 2).Select(n => "{\"sandboxID\":\"sbx" + n + "\",\"templateID\":\"t" + n % 4 + "\",\"clientID\":\"\",\"startedAt\":\"2026-01-02T03:04:05Z\",\"endAt\":\"2036-01-02T03:04:05Z\",\"cpuCount\":2,\"memoryMB\":512,\"diskSizeMB\":1,\"state\":\"running\",\"envdVersion\":\"0.6.13\"}")) + "]";
                    byte[] bytes = Encoding.UTF8.GetBytes(body);
                    context.Response.ContentType = "application/json";
                    context.Response.OutputStream.Write(bytes, 0, bytes.Length);
                    context.Response.Close();
                }
            }
        }
'@
    $service = [PagedService]::new()
    $connection = Connect-E2B $env:E2B_API_KEY -ApiUrl $service.Url -SandboxUrl $service.Url -PassThru
    Disconnect-E2B

    function Invoke-Api($Method, $Rest) {
        $null = Invoke-RestMethod "$($env:E2B_API_URL.TrimEnd('/'))/sandboxes/$Rest" -Method $Method -Headers @{ 'X-API-KEY' = $env:E2B_API_KEY }
    }
    function Get-Row($Sandbox) {
        ($Sandbox | Format-Table | Out-String -Width 100) -split "`n" | Where-Object { $_ -match $Sandbox.SandboxId }
    }
}

AfterAll { $service.Dispose() }

Describe 'Pages of a list' {
    BeforeEach { $service.Asked.Clear() }

    It 'are asked for as the pipeline needs them: <Count> sandboxes need <Pages>' -ForEach @(
        @{ Count = 1; Pages = 1 }, @{ Count = 2; Pages = 1 }, @{ Count = 3; Pages = 2 }, @{ Count = 5; Pages = 3 }
    ) {
        Get-E2BSandbox -Connection $connection | Select-Object -First $Count | Should -HaveCount $Count
        $service.Asked.Count | Should -Be $Pages
    }

    It 'are all asked for when nobody stops' {
        (Get-E2BSandbox -Connection $connection).SandboxId | Should -Be @(0..19 | ForEach-Object { "sbx$_" })
        $service.Asked.Count | Should -Be 10
    }

    It 'are asked for up to the first match of a pattern' {
        (Get-E2BSandbox 'sbx[67]' -Connection $connection | Select-Object -First 1).SandboxId | Should -Be 'sbx6'
        $service.Asked.Count | Should -Be 4
    }

    It 'are chosen by the service where it can' {
        $null = Get-E2BSandbox -Connection $connection -State All -Template t1 -StartedAfter '2026-01-01T00:00:00Z' -OldestFirst -Metadata @{ a = 'b' } | Select-Object -First 1
        $query = [Web.HttpUtility]::ParseQueryString(@($service.Asked)[0])
        $query['state'] | Should -Be 'running,paused'
        $query['template'] | Should -Be 't1'
        $query['startedAfter'] | Should -Be '2026-01-01T00:00:00.000Z'
        $query['order'] | Should -Be 'asc'
        $query['metadata'] | Should -Be 'a=b'
    }

    It 'are looked through here for patterns of templates' {
        (Get-E2BSandbox -Connection $connection -Template 't[13]').TemplateId | Sort-Object -Unique | Should -Be @('t1', 't3')
        [Web.HttpUtility]::ParseQueryString(@($service.Asked)[0])['template'] | Should -BeNullOrEmpty
    }
}

Describe 'Get-E2BSandbox with conditions' {
    BeforeAll {
        $running = New-E2BSandbox -Metadata @{ suite = 'listing' }
        $paused = New-E2BSandbox -Metadata @{ suite = 'listing' }
        Invoke-Api Post "$paused/pause"
    }
    AfterAll { Get-E2BSandbox -Metadata @{ suite = 'listing' } -State All | Remove-E2BSandbox }

    It 'lists running sandboxes unless told otherwise' {
        (Get-E2BSandbox -Metadata @{ suite = 'listing' }).SandboxId | Should -Be $running.SandboxId
        (Get-E2BSandbox -Metadata @{ suite = 'listing' } -State Paused).SandboxId | Should -Be $paused.SandboxId
        (Get-E2BSandbox -Metadata @{ suite = 'listing' } -State All).SandboxId | Sort-Object | Should -Be ($running.SandboxId, $paused.SandboxId | Sort-Object)
    }

    It 'takes patterns together with them' {
        $pattern = "$($paused.SandboxId.Substring(0, 12))*"
        Get-E2BSandbox $pattern | Should -BeNullOrEmpty
        (Get-E2BSandbox $pattern -State Paused).SandboxId | Should -Be $paused.SandboxId
        Get-E2BSandbox * -State All -Metadata @{ suite = 'listing' } | Should -HaveCount 2
    }

    It 'says nothing about a pattern that matches nothing, and writes one error for an id that is not there' {
        Get-E2BSandbox 'no-such-*' -ErrorVariable none | Should -BeNullOrEmpty
        $none | Should -BeNullOrEmpty
        Get-E2BSandbox i0000000000000000000 -ErrorVariable problem -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $problem | Should -HaveCount 1
        $problem.FullyQualifiedErrorId | Should -BeLike 'E2BSandboxNotFound,*'
    }

    It 'finds an id in any state, unless one is asked for' {
        (Get-E2BSandbox $paused.SandboxId).State | Should -Be 'Paused'
        Get-E2BSandbox $paused.SandboxId -State Running | Should -BeNullOrEmpty
        Get-E2BSandbox $running.SandboxId -Metadata @{ suite = 'another' } | Should -BeNullOrEmpty
        Get-E2BSandbox $running.SandboxId -Template no-such | Should -BeNullOrEmpty
    }

    It 'lists by template and start' {
        (Get-E2BSandbox -Template base -Metadata @{ suite = 'listing' }).SandboxId | Should -Be $running.SandboxId
        (Get-E2BSandbox -Template 'B?se' -Metadata @{ suite = 'listing' }).SandboxId | Should -Be $running.SandboxId
        Get-E2BSandbox -Template no-such | Should -BeNullOrEmpty
        (Get-E2BSandbox -StartedAfter (Get-Date).AddHours(-1) -Metadata @{ suite = 'listing' }).SandboxId | Should -Be $running.SandboxId
        Get-E2BSandbox -StartedAfter (Get-Date).AddHours(1) | Should -BeNullOrEmpty
        (Get-E2BSandbox -OldestFirst -State All -Metadata @{ suite = 'listing' })[0].SandboxId | Should -Be $running.SandboxId
    }

    It 'shows no time left of a paused one' {
        Get-Row (Get-E2BSandbox $paused.SandboxId) | Should -Match 'Paused'
        Get-Row (Get-E2BSandbox $paused.SandboxId) | Should -Not -Match '\dm \d\ds'
        Get-E2BSandbox $paused.SandboxId | Format-List | Out-String | Should -Not -Match 'TimeLeft'
    }

    It 'tells more as a list, and less in columns' {
        $list = Get-E2BSandbox $running.SandboxId | Format-List | Out-String
        foreach ($name in 'SandboxId', 'Template', 'State', 'StartedAt', 'EndAt', 'TimeLeft', 'CpuCount', 'Memory', 'Disk', 'Metadata') {
            $list | Should -Match "(?m)^$name\s+: \S"
        }
        Get-E2BSandbox $running.SandboxId | Format-Wide | Out-String | Should -Match $running.SandboxId
    }

    It 'counts the time left whenever it is shown' {
        $sandbox = Get-E2BSandbox $running.SandboxId
        $before = Get-Row $sandbox
        $before | Should -Match '\dm \d\ds'
        Wait-Until { (Get-Row $sandbox) -ne $before }
    }

    It 'offers paused ones to cmdlets that take them' {
        $found = (TabExpansion2 'Get-E2BSandbox ' 15).CompletionMatches
        ($found | Where-Object CompletionText -eq $paused.SandboxId).ToolTip | Should -BeLike 'base, started *, paused, suite=listing'
        ($found | Where-Object CompletionText -eq $running.SandboxId).ToolTip | Should -BeLike 'base, started *, running, * min left, suite=listing'
        (TabExpansion2 'Invoke-E2BCommand ' 18).CompletionMatches.CompletionText | Should -Not -Contain $paused.SandboxId
    }
}

Describe 'Get-E2BSandbox -Managed' {
    BeforeAll { $module = "$PSScriptRoot/../../out/E2B/E2B.psd1" }
    AfterEach { Get-E2BSandbox -Metadata @{ suite = 'managed' } -State All | Remove-E2BSandbox }

    It 'lists what this session has made and is there, the newest first' {
        $before = @(Get-E2BSandbox -Managed -State All).SandboxId
        $made = 1..3 | ForEach-Object { New-E2BSandbox -Metadata @{ suite = 'managed'; n = $_ } }
        $other = 1 | ForEach-Object -Parallel { Import-Module $using:module; New-E2BSandbox -Metadata @{ suite = 'managed' } }
        Invoke-Api Post "$($made[1])/pause"

        @((Get-E2BSandbox -Managed).SandboxId | Where-Object { $_ -notin $before }) | Should -Be @($made[2].SandboxId, $made[0].SandboxId)
        (Get-E2BSandbox -Managed -OldestFirst -State All -Metadata @{ suite = 'managed' }).SandboxId | Should -Be $made.SandboxId
        (Get-E2BSandbox -Managed -State Paused -Metadata @{ suite = 'managed' }).SandboxId | Should -Be $made[1].SandboxId
        (Get-E2BSandbox -Managed -Metadata @{ suite = 'managed'; n = 3 }).SandboxId | Should -Be $made[2].SandboxId
        (Get-E2BSandbox -Metadata @{ suite = 'managed' }).SandboxId | Should -Contain $other.SandboxId

        Get-E2BSandbox -Managed -State All -Metadata @{ suite = 'managed' } | Remove-E2BSandbox
        Get-E2BSandbox -Managed -State All -Metadata @{ suite = 'managed' } | Should -BeNullOrEmpty
        (Get-E2BSandbox -Metadata @{ suite = 'managed' }).SandboxId | Should -Be $other.SandboxId
    }

    It 'leaves out those that others have ended, without a word' {
        $sandbox = New-E2BSandbox -Metadata @{ suite = 'managed' }
        (Get-E2BSandbox -Managed).SandboxId | Should -Contain $sandbox.SandboxId
        Invoke-Api Delete $sandbox
        (Get-E2BSandbox -Managed -ErrorVariable problem).SandboxId | Should -Not -Contain $sandbox.SandboxId
        $problem | Should -BeNullOrEmpty
    }

    It 'is ended by nobody but its user: not when the module goes' {
        $seen = Invoke-Fresh "Import-Module '$module'; (New-E2BSandbox -KeepAlive -Metadata @{ suite = 'managed' }).SandboxId; Remove-Module E2B; Import-Module '$module'; @(Get-E2BSandbox -Managed).Count"
        $seen[1] | Should -Be '0'
        (Get-E2BSandbox $seen[0]).State | Should -Be 'Running'
    }
}

Describe 'Remove-E2BSandbox of many' {
    It 'ends them side by side, as many at a time as it is told: <Limit> of <Count>' -ForEach @{ Limit = 2; Count = 4 }, @{ Limit = 6; Count = 6 } {
        # The service answers when so many wait, or never; one more at a time would be seen.
        $service.Hold = $Limit
        $service.Most = 0
        $ids = 1..$Count | ForEach-Object { "nothing$_" }
        Remove-E2BSandbox $ids -Connection $connection -ThrottleLimit $Limit -ErrorAction SilentlyContinue -ErrorVariable problem
        $problem | Should -HaveCount $Count
        $service.Most | Should -Be $Limit
    }

    It 'refuses to end none at a time' {
        { Remove-E2BSandbox x -ThrottleLimit 0 } | Should -Throw -ErrorId 'ParameterArgumentValidationError,*'
    }

    It 'writes one error for each that is not there, and ends one that is named twice once' {
        $sandbox = New-E2BSandbox
        $Error.Clear()
        Remove-E2BSandbox nothing1, nothing2, nothing1, $sandbox, $sandbox.SandboxId -ErrorAction SilentlyContinue -ErrorVariable problem
        $problem | Should -HaveCount 2
        $problem.TargetObject | Sort-Object | Should -Be @('nothing1', 'nothing2')
        $problem.FullyQualifiedErrorId | Should -BeLike 'E2BSandboxNotFound,*'
        $Error | Should -HaveCount 2
        Get-E2BSandbox $sandbox.SandboxId -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
    }

    It 'takes the default away that it ends' {
        $sandbox = New-E2BSandbox -AsDefault
        Remove-E2BSandbox $sandbox
        (Get-E2BDefault).Sandbox | Should -BeNullOrEmpty
        { Invoke-E2BCommand 'true' } | Should -Throw -ErrorId 'E2BNoSandbox,*'
    }
}

Describe 'What is done to each of many sandboxes' {
    It 'is done side by side, to as many at a time as it is told: <_>' -ForEach 'Suspend-E2BSandbox', 'Resume-E2BSandbox', 'Connect-E2BSandbox', 'Copy-E2BSandbox', 'New-E2BSnapshot' {
        $service.Hold = 2
        $service.Most = 0
        $sandboxes = 1..4 | ForEach-Object { Connect-E2BSandbox "nothing$_" -AccessToken 'x' -Connection $connection }
        $sandboxes | & $_ -ThrottleLimit 2 -ErrorAction SilentlyContinue -ErrorVariable problem
        $problem.FullyQualifiedErrorId | Should -Be (@("E2BSandboxNotFound,E2B.PowerShell.Commands.$($_ -replace '-')Command") * 4)
        $service.Most | Should -Be 2
    }
}
