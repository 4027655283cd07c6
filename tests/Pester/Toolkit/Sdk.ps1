# What each line of the SDKs' tables, templates aside, must do. $out is what the line wrote, $folder the folder it ran in.
@{
    'Sandbox::create' = {
        $out[0].Template | Should -BeExactly 'base'
        Invoke-E2BCommand $out[0] 'echo $CI' | Should -BeExactly 'true'
    }
    'Sandbox::connect' = {
        $out[0].SandboxId | Should -BeExactly $sandbox.SandboxId
        $out[0].State | Should -Be 'Running'
    }
    'Sandbox::list' = { $sandbox.SandboxId | Should -BeIn $out.SandboxId }
    'Paginator.hasNext' = { $out.Count | Should -Be 1 }
    'Sandbox::fork' = {
        $out.Count | Should -Be 2
        $out.SandboxId | Should -Not -Contain $own.SandboxId
        $out | Invoke-E2BCommand 'echo forked' | ForEach-Object { "$_" } | Should -BeExactly @('forked', 'forked')
    }
    'Sandbox.getHost' = { $out[0] | Should -BeLike "3000-$($sandbox.SandboxId).*" }
    'Sandbox.isRunning' = { $out | Should -BeExactly $true }
    'Sandbox.setTimeout' = {
        $left = (Get-E2BSandbox $own.SandboxId).TimeLeft.TotalSeconds
        $left | Should -BeGreaterThan 900
        $left | Should -BeLessOrEqual 1000
    }
    'Sandbox.updateNetwork' = { $own.GetInfoAsync().GetAwaiter().GetResult().AllowInternetAccess | Should -BeExactly $false }
    'Sandbox.kill' = { Test-E2BSandbox $own | Should -BeFalse }
    'Sandbox.pause' = { (Get-E2BSandbox $own.SandboxId).State | Should -Be 'Paused' }
    'Sandbox.createSnapshot' = {
        (Get-E2BSnapshot $own).SnapshotId | Should -BeExactly $out[0].SnapshotId
        Remove-E2BSnapshot $out[0] -Force
    }
    'Sandbox.listSnapshots' = { $out.SnapshotId | Should -BeExactly $snapshot.SnapshotId }
    'SandboxApi::deleteSnapshot' = { (Get-E2BSnapshot).SnapshotId | Should -Not -Contain $snapshot.SnapshotId }
    'Sandbox.getInfo' = {
        $out[0].SandboxId, $out[0].State, $out[0].Template | Should -BeExactly @($sandbox.SandboxId, [E2B.SandboxState]::Running, 'base')
        $out[0].Metadata['app'] | Should -BeExactly 'agent'
    }
    'Sandbox.getMetrics' = {
        $out[-1].SandboxId | Should -BeExactly $sandbox.SandboxId
        $out[-1].CpuCount | Should -Be 2
        $out[-1].MemoryTotal | Should -Be 512MB
    }
    'Sandbox.uploadUrl' = { Get-E2BFile $sandbox in.csv | Should -BeExactly @('name,count', 'pear,3') }
    'Sandbox.downloadUrl' = { "$out".Trim() | Should -BeExactly (Invoke-E2BCommand $sandbox 'cat /etc/hostname') }
    'Sandbox.getMcpUrl' = {
        $out[0].Port | Should -Be 50005
        $out[0].Uri.AbsolutePath | Should -BeExactly '/mcp'
    }
    'Sandbox.getMcpToken' = @{
        Before = { 'a token' | Set-E2BFile $sandbox /etc/mcp-gateway/.token -User root }
        Then = { $out | Should -BeExactly 'a token' }
    }

    'Filesystem.read' = {
        $name = Invoke-E2BCommand $sandbox 'cat /etc/hostname'
        $out[0] | Should -BeExactly $name
        [Text.Encoding]::UTF8.GetString([byte[]]$out[1]).TrimEnd() | Should -BeExactly $name
    }
    'Filesystem.write' = { Invoke-E2BCommand $sandbox 'cat /home/user/notes.txt' | Should -BeExactly 'a note' }
    'Filesystem.writeFiles' = { Invoke-E2BCommand $sandbox 'tail -qn 1 /home/user/many/data.csv /home/user/many/more.csv' | Should -BeExactly @('pear,3', 'plum,5') }
    'Filesystem.list' = {
        ($out | Where-Object Name -eq 'passwd').Type | Should -Be 'File'
        ($out | Where-Object Name -eq 'ssl').Type | Should -Be 'Directory'
        $out.Name | Sort-Object | Should -Be @(Invoke-E2BCommand $sandbox 'ls /etc' | Sort-Object)
    }
    'Filesystem.makeDir' = { Invoke-E2BCommand $sandbox 'stat -c %F /home/user/made/deep' | Should -BeExactly 'directory' }
    'Filesystem.rename' = { Invoke-E2BCommand $sandbox 'cat /home/user/after.txt; ls /home/user/before.txt 2>/dev/null || echo gone' | Should -BeExactly @('moved', 'gone') }
    'Filesystem.remove' = { Invoke-E2BCommand $sandbox 'ls /home/user/gone.txt 2>/dev/null || echo none' | Should -BeExactly 'none' }
    'Filesystem.exists' = { $out | Should -BeExactly @($true, $false) }
    'Filesystem.getInfo' = {
        $out[0].Owner, $out[0].FullName | Should -BeExactly @('root', '/etc/passwd')
        $out[0].Size | Should -Be ([int](Invoke-E2BCommand $sandbox 'stat -c %s /etc/passwd'))
    }
    'Filesystem.watchDir' = { Wait-Until { (Receive-Job $watch -Keep).Name -contains 'seen' } }
    'WatchHandle.stop' = { $watch.State | Should -Be 'Stopped' }

    'Commands.run' = { $out | Should -BeExactly @('a', 'b') }
    'Commands.list' = {
        $out.Count | Should -Be 1
        $out[0].Command | Should -Match 'cat'
    }
    'Commands.kill' = {
        $result = Wait-E2BProcess $process -TimeoutSec 60
        $result.Signal | Should -Not -BeNullOrEmpty
    }
    'Commands.sendStdin' = { Wait-Until { $process.StandardOutput -eq "a line`n" } }
    'Commands.closeStdin' = { (Wait-E2BProcess $process -TimeoutSec 60).ExitCode | Should -Be 0 }
    'Commands.supportsStdinClose' = { $out | Should -BeExactly $true }
    'Commands.connect' = { $out | Should -BeExactly @('tick', 'tick') }
    'CommandHandle.wait' = { $out[0].StandardOutput, $out[0].ExitCode | Should -BeExactly @("hi`n", 3) }
    'CommandHandle.exitCode' = { $out | Should -Be 3 }
    'CommandHandle.error' = { $out | Should -Match 'killed' }
    'CommandHandle.stdout' = { $out | Should -BeExactly "out`n" }
    'CommandHandle.stderr' = { $out | Should -BeExactly "err`n" }
    'CommandHandle.disconnect' = { (Get-E2BProcess $sandbox $ticker.Pid).Pid | Should -Be $ticker.Pid }
    'Pty.create' = { $out[0].StandardOutput.Trim() | Should -BeExactly '40 120' }
    'Pty.sendInput' = { "$out" | Should -Match '42\s' }
    'Pty.resize' = { "$out" | Should -Match '50 132\s' }
    'Pty.kill' = { Wait-Until { -not (Get-E2BProcess $sandbox | Where-Object Pid -eq $terminal.Pid) } }
    'Pty.connect' = {
        $out | Should -BeExactly @('tock', 'tock')
        Stop-E2BProcess $shown
    }

    'Git.clone' = { Get-Said "git -C $repo-2 log --format=%s" | Should -BeExactly 'first' }
    'Git.init' = { Get-Said "git -C $repo-2 symbolic-ref HEAD" | Should -BeExactly 'refs/heads/trunk' }
    'Git.remoteAdd' = { Get-Said "git -C $repo remote get-url upstream" | Should -BeExactly 'https://git.example.com/a.git' }
    'Git.remoteGet' = { $out | Should -BeExactly "$repo.git" }
    'Git.status' = {
        $out[0].Branch | Should -BeExactly 'main'
        $out[0].Files | Should -BeNullOrEmpty
    }
    'Git.branches' = {
        $out[0].Current | Should -BeExactly 'main'
        'main' | Should -BeIn $out[0].All.Name
    }
    'Git.createBranch' = { Get-Said "git -C $repo branch --show-current" | Should -BeExactly 'feature' }
    'Git.checkoutBranch' = { Get-Said "git -C $repo branch --show-current" | Should -BeExactly 'main' }
    'Git.deleteBranch' = { Get-Said "git -C $repo branch --format='%(refname:short)'" | Should -BeExactly 'main' }
    'Git.add' = { Get-Said "git -C $repo diff --cached --name-only" | Should -BeExactly 'new' }
    'Git.commit' = { Get-Said "git -C $repo log -1 --format=%s" | Should -BeExactly 'said so' }
    'Git.reset' = { Get-Said "git -C $repo log --format=%s" | Should -BeExactly 'first' }
    'Git.restore' = { Get-Said "cat $repo/file" | Should -BeExactly 'one' }
    'Git.push' = { Get-Said "git -C $repo.git log -1 --format=%s main" | Should -BeExactly 'pushed' }
    'Git.pull' = { Get-Said "git -C $repo-2 log -1 --format=%s" | Should -BeExactly 'pulled' }
    'Git.setConfig' = { Get-Said "git -C $repo config core.pager" | Should -BeExactly 'less -R' }
    'Git.getConfig' = { $out | Should -BeExactly 'Me' }
    'Git.configureUser' = { Get-Said 'git config --global user.name; git config --global user.email' | Should -BeExactly @('Ann Example', 'ann@example.com') }
    'Git.dangerouslyAuthenticate' = {
        Get-Said "printf 'protocol=https\nhost=git.example.com\n\n' | git credential fill" | Should -Contain 'password=not-a-real-token'
    }

    'CodeInterpreterSandbox.runCode' = { $out | Should -BeExactly '42' }
    'CodeInterpreterSandbox.createCodeContext' = {
        $out[0].Language, $out[0].WorkingDirectory | Should -BeExactly @('python', '/tmp')
        Remove-E2BCodeContext $out[0]
    }
    'CodeInterpreterSandbox.listCodeContexts' = { 'python', 'javascript' | Should -BeIn $out.Language }
    'CodeInterpreterSandbox.removeCodeContext' = { (Get-E2BCodeContext $code).Id | Should -Not -Contain $context.Id }
    'CodeInterpreterSandbox.restartCodeContext' = {
        $out | Should -BeExactly 'False'
        Remove-E2BCodeContext $context
    }

    'Volume::create' = 'no line'
    'Volume.writeFile' = 'no line'

    'with Sandbox() as sandbox' = { $out | Should -BeExactly 'in it' }
    'WatchHandle.get_new_events' = { $out.Name | Should -Contain 'new-event' }
    'AsyncSandbox' = {
        $out | ForEach-Object { "$_" } | Should -BeExactly @('at once', 'at once')
        $out.SandboxId | Sort-Object | Should -BeExactly @($interpreters.SandboxId | Sort-Object)
    }
}
