# Building templates, against the real server: its base, its steps in sandboxes, its cache.
BeforeAll {
    . "$PSScriptRoot/Support.ps1"
    $module = (Resolve-Path "$PSScriptRoot/../../out/E2B/E2B.psd1").Path

    # A folder to copy from: app.txt and lib/one.txt.
    function Initialize-Context([string] $Name) {
        $folder = New-Item -ItemType Directory "$TestDrive/$Name"
        Set-Content "$folder/app.txt" "app of $Name"
        $null = New-Item -ItemType Directory "$folder/lib"
        Set-Content "$folder/lib/one.txt" 'one'
        "$folder"
    }

    # Copies the tree, then the file, then writes both into a third: three steps, each its own layer.
    function Get-Definition([string] $Context) {
        New-E2BTemplate -ContextPath $Context |
            Add-E2BTemplateStep -Copy lib -Destination /opt/lib |
            Add-E2BTemplateStep -Copy app.txt -Destination /opt/app.txt |
            Add-E2BTemplateStep -Run 'cat /opt/lib/one.txt /opt/app.txt > /opt/both.txt' -User root
    }

    # A definition whose step runs for so many seconds, each time anew.
    function Get-SlowDefinition([int] $Seconds) {
        New-E2BTemplate | Add-E2BTemplateStep -Run "echo begun; for i in `$(seq $($Seconds * 10)); do sleep 0.1; done; echo `$RANDOM > /tmp/end" -SkipCache
    }

    function Get-NewestBuild([string] $Template) {
        Get-E2BTemplateBuild $Template | Select-Object -First 1
    }
}

AfterAll {
    Get-E2BSandbox -State All | Remove-E2BSandbox
    Get-E2BTemplate | Where-Object Name -notin 'base', 'code-interpreter-v1' | Remove-E2BTemplate -Force
}

Describe 'Build-E2BTemplate' {
    It 'builds what sandboxes are then made from' {
        $log = $null
        $built = Get-Definition (Initialize-Context life) | Build-E2BTemplate -Name life -Tag v1.0, latest -CpuCount 1 -MemoryMB 512 -InformationVariable log 6>$null

        $built | Should -BeOfType ([E2B.TemplateBuildResult])
        $built | Should -HaveCount 1
        $built.Name, $built.Reference, $built.CpuCount, $built.MemoryMB | Should -Be 'life', 'life:latest', 1, 512
        $built.Tags | Should -Be 'latest', 'v1.0'
        $built.Names | Should -Be 'local/life'
        $built.StepCount, $built.CachedStepCount | Should -Be 3, 0
        $built.UploadedBytes | Should -BeGreaterThan 0
        $sandbox = New-E2BSandbox $built
        Invoke-E2BCommand $sandbox 'cat /opt/both.txt' | Should -Be 'one', 'app of life'
        $sandbox = Get-E2BSandbox $sandbox.SandboxId
        $sandbox.CpuCount, $sandbox.MemoryMB | Should -Be 1, 512
        (New-E2BSandbox life:v1.0).TemplateId | Should -Be $built.TemplateId
        { New-E2BSandbox life -ErrorAction Stop } | Should -Throw -ErrorId 'E2BNotFound,*'

        # The log is typed records of the information stream, and the step of each is told.
        $entries = @($log.MessageData)
        $entries[0] | Should -BeOfType ([E2B.TemplateBuildLogEntry])
        $entries | Where-Object Step -eq 3 | Select-Object -First 1 -ExpandProperty Message | Should -BeLike '*builder 3/3*RUN*'
        @($log.Tags | Sort-Object -Unique) | Should -Contain 'PSHOST'
    }

    It 'takes everything from the cache the second time, and nothing with -NoCache' {
        $context = Initialize-Context cached
        $null = Get-Definition $context | Build-E2BTemplate cached 6>$null

        $again = Get-Definition $context | Build-E2BTemplate cached 6>$null
        $again.StepCount, $again.CachedStepCount, $again.UploadedBytes | Should -Be 3, 3, 0

        $anew = Get-Definition $context | Build-E2BTemplate cached -NoCache 6>$null
        $anew.CachedStepCount, $anew.UploadedBytes | Should -Be 0, 0
    }

    It 'builds anew from the step on whose file has changed' {
        $context = Initialize-Context changed
        $null = Get-Definition $context | Build-E2BTemplate changed 6>$null
        Set-Content "$context/app.txt" 'another app'

        $built = Get-Definition $context | Build-E2BTemplate changed 6>$null

        $built.CachedStepCount | Should -Be 1
        Invoke-E2BCommand (New-E2BSandbox changed) 'cat /opt/both.txt' | Should -Be 'one', 'another app'
    }

    It 'names the step that failed, its line in the script, and the end of the log' {
        Set-Content "$TestDrive/failing.ps1" @'
# The step that fails is in line 5.
New-E2BTemplate |
    Add-E2BTemplateStep -Run 'echo all is well' |

    Add-E2BTemplateStep -Run 'echo what went wrong >&2; exit 3' |
    Build-E2BTemplate failing -ErrorAction Continue
'@
        $failure = @(& "$TestDrive/failing.ps1" 2>&1 6>$null)

        $failure | Should -HaveCount 1
        $failure[0].FullyQualifiedErrorId | Should -Be 'E2BTemplateBuildFailed,E2B.PowerShell.Commands.BuildE2BTemplateCommand'
        $failure[0].CategoryInfo.Category | Should -Be 'InvalidResult'
        $exception = $failure[0].Exception
        $exception | Should -BeOfType ([E2B.TemplateBuildException])
        $exception.FailedStep | Should -Be '2'
        $exception.Instruction | Should -BeLike 'RUN *exit 3*'
        $exception.Origin.File, $exception.Origin.Line | Should -Be "$TestDrive/failing.ps1", 5
        $exception.Message | Should -BeLike "*'failing' failed at step 2 of 2, RUN *(*failing.ps1:5)*what went wrong*"
        @($exception.Log.Message) -match 'what went wrong' | Should -Not -BeNullOrEmpty
        $command = "Get-E2BTemplateBuild $($exception.TemplateId) $($exception.BuildId) -Log"
        "$($failure[0])" | Should -BeLike "*with: $command"
        @(Invoke-Expression $command).Message -match 'what went wrong' | Should -Not -BeNullOrEmpty
        $build = Get-E2BTemplateBuild failing $exception.BuildId
        $build.Status, $build.FailedStep | Should -Be 'Error', '2'
        $build.Reason | Should -Not -BeNullOrEmpty
    }

    It 'has a start command answer on its port when a sandbox is handed over' {
        $null = New-E2BTemplate |
            Add-E2BTemplateStep -Run 'mkdir -p /opt/www && echo hello > /opt/www/index.html' -User root |
            Set-E2BTemplateStart -Command 'exec python3 -m http.server 8123 --directory /opt/www' -WaitForPort 8123 |
            Build-E2BTemplate serving 6>$null

        $sandbox = New-E2BSandbox serving
        Invoke-E2BCommand $sandbox 'curl -s --max-time 5 http://localhost:8123/' | Should -Be 'hello'
    }

    It 'builds two at once, as jobs' {
        $context = Initialize-Context two
        $jobs = 'two-a', 'two-b' | ForEach-Object { Get-Definition $context | Build-E2BTemplate $_ -NoCache -AsJob }

        $null = $jobs | Wait-Job -Timeout 240
        "$($jobs.Error)" | Should -Be ''
        $jobs.State | Should -Be 'Completed', 'Completed'
        $results = $jobs | Receive-Job -InformationAction Ignore 6>$null
        $results.Name | Sort-Object | Should -Be 'two-a', 'two-b'
        $jobs | Remove-Job
    }

    It 'lets a newer build take the name, and says so of the one before' {
        $first = Get-SlowDefinition 120 | Build-E2BTemplate superseded -AsJob
        Wait-Until { (Test-E2BTemplate superseded) -and (Get-NewestBuild superseded).Status -eq 'Building' }

        $null = New-E2BTemplate | Add-E2BTemplateStep -Run true | Build-E2BTemplate superseded 6>$null

        $null = $first | Wait-Job -Timeout 60
        $first.State | Should -Be 'Failed'
        $failure = $first.Error[0]
        $failure.FullyQualifiedErrorId | Should -Be 'E2BTemplateBuildFailed'
        $failure.Exception.Reason | Should -BeLike '*superseded*'
        $first | Remove-Job
    }

    It 'goes on when its following is stopped, and is followed again' {
        $pipeline = [powershell]::Create()
        try {
            $null = $pipeline.AddScript("Import-Module '$module'; New-E2BTemplate | Add-E2BTemplateStep -Run 'echo begun; sleep 6; echo ended' -SkipCache | Build-E2BTemplate stopped")
            $null = $pipeline.BeginInvoke()
            Wait-Until { @($pipeline.Streams.Information.MessageData.Message) -match 'RUN echo begun' }
            $clock = [Diagnostics.Stopwatch]::StartNew()
            $pipeline.Stop()
            $clock.Elapsed.TotalSeconds | Should -BeLessThan 5
        }
        finally { $pipeline.Dispose() }

        (Get-NewestBuild stopped).Status | Should -Be 'Building'

        $log = $null
        $build = Get-E2BTemplateBuild stopped -Follow -InformationVariable log 6>$null
        $build | Should -BeOfType ([E2B.TemplateBuildInfo])
        $build.Status | Should -Be 'Ready'
        @($log.MessageData.Message) -match 'RUN echo begun' | Should -HaveCount 1
        @($log.MessageData.Message) -match 'ended$' | Should -Not -BeNullOrEmpty
        (New-E2BSandbox stopped).State | Should -Be 'Running'
    }

    It 'goes on when its client is killed, and is followed from another' {
        $script = "Import-Module '$module'; New-E2BTemplate | Add-E2BTemplateStep -Run 'echo begun; sleep 6; echo ended' -SkipCache | Build-E2BTemplate killed"
        $client = Start-Process pwsh -RedirectStandardError "$TestDrive/killed-error.txt" -ArgumentList '-NoProfile', '-NonInteractive', '-EncodedCommand', ([Convert]::ToBase64String([Text.Encoding]::Unicode.GetBytes($script))) -PassThru -RedirectStandardOutput "$TestDrive/killed.txt"
        Wait-Until { (Test-E2BTemplate killed) -and (Get-NewestBuild killed).Status -eq 'Building' }
        $client.Kill()
        $client.WaitForExit()

        $build = Get-NewestBuild killed | Get-E2BTemplateBuild -Follow 6>$null

        $build.Status | Should -Be 'Ready'
        @(Get-E2BTemplateBuild killed $build.BuildId -Log).Message -match 'ended$' | Should -Not -BeNullOrEmpty
    }

    It 'is stopped as a job without stopping the build' {
        $job = New-E2BTemplate | Add-E2BTemplateStep -Run 'sleep 4' -SkipCache | Build-E2BTemplate job-stopped -AsJob -JobName mine
        Wait-Until { (Test-E2BTemplate job-stopped) -and (Get-NewestBuild job-stopped).Status -eq 'Building' }

        # Not the line: keys can stand in that.
        $job.Command | Should -BeExactly 'Build-E2BTemplate job-stopped'
        Get-Job mine | Stop-Job
        $job.State | Should -Be 'Stopped'
        $job | Remove-Job
        (Get-E2BTemplateBuild job-stopped -Follow 6>$null).Status | Should -Be 'Ready'
    }

    It 'refuses tags that are numbers by now, and keeps the text of one that was typed' {
        $definition = New-E2BTemplate
        foreach ($attempt in { $definition | Build-E2BTemplate numbers -Tag 1.10, latest }, { $version = 1.10; $definition | Build-E2BTemplate numbers -Tag $version },
            { $definition | Build-E2BTemplate numbers -Tag 1, 2 }) {
            $attempt | Should -Throw '*Quote it*' -ErrorId 'ParameterArgumentTransformationError,*'
        }

        Test-E2BTemplate numbers | Should -BeFalse
        ($definition | Build-E2BTemplate numbers -Tag 1.10 6>$null).Tags | Should -Be '1.10'
        ($definition | Build-E2BTemplate numbers -Tag '1.20', latest 6>$null).Tags | Should -Be '1.20', 'latest'
    }

    It 'says before anything is asked for that a file is not there, or a name' {
        $missing = New-E2BTemplate -ContextPath (Initialize-Context missing) | Add-E2BTemplateStep -Copy nothing.txt -Destination /x

        { $missing | Build-E2BTemplate missing -ErrorAction Stop } | Should -Throw '*step 1 of 1*nothing.txt*' -ErrorId 'E2BTemplateContextFailed,*'
        { $missing | Build-E2BTemplate } | Should -Throw -ErrorId 'E2BNoName,*'
        { $missing | Build-E2BTemplate Bad.Name } | Should -Throw "*'Bad.Name'*letters, digits, - and _*" -ErrorId 'E2BInvalidTemplateName,*'
        { $missing, $missing | Build-E2BTemplate twice } | Should -Throw -ErrorId 'E2BSeveralDefinitions,*'
        { Build-E2BTemplate missing $null } | Should -Throw -ErrorId 'Parameter*'
        New-E2BTemplate | Build-E2BTemplate missing -WhatIf
        Test-E2BTemplate missing | Should -BeFalse
    }

    It 'means the current folder of PowerShell, not the process''s' {
        $folder = Initialize-Context relative
        Push-Location $TestDrive
        try {
            [Environment]::CurrentDirectory | Should -Not -Be "$TestDrive"
            $log = $null
            $null = [E2B.Template]::FromBaseImage($null, 0).Copy('lib', '/opt/lib', $null, $null, 0).WithContext('relative', $null) |
                Add-E2BTemplateStep -Copy (Get-Item "$folder/app.txt") -Destination /opt/ |
                Add-E2BTemplateStep -Run 'cat /opt/lib/one.txt /opt/app.txt' |
                Build-E2BTemplate relative -InformationVariable log 6>$null
            Set-Location relative
            $null = [E2B.Template]::FromBaseImage($null, 0).Copy('app.txt', '/opt/', $null, $null, 0) | Build-E2BTemplate relative 6>$null
        }
        finally { Pop-Location }

        @($log.MessageData.Message) -match 'stdout\]: (one|app of relative)$' | Should -HaveCount 2
    }

    It 'copies files by what they are called, whatever is in their names' {
        $folder = New-Item -ItemType Directory "$TestDrive/odd names"
        foreach ($name in 'a[1].txt', 'a1.txt', '{b,c}.txt', 'b.txt', 'star*.txt', 'starry.txt') { [IO.File]::WriteAllText("$folder/$name", $name) }
        $log = $null
        $null = New-E2BTemplate -ContextPath $folder |
            Add-E2BTemplateStep -Copy (Get-ChildItem -LiteralPath $folder | Where-Object Name -match '\W.*\.') -Destination /opt/odd/ |
            Add-E2BTemplateStep -Run 'ls /opt/odd' |
            Build-E2BTemplate odd -InformationVariable log 6>$null

        $there = @($log.MessageData.Message) -match 'stdout\]' -replace '.*stdout\]: '
        $there | Sort-Object | Should -Be ('a[1].txt', 'star*.txt', '{b,c}.txt' | Sort-Object)
    }

    It 'keeps how far lines of the log are indented' {
        $log = $null
        $null = New-E2BTemplate | Add-E2BTemplateStep -Run 'printf "key:\n    - value\n"' | Build-E2BTemplate indented -InformationVariable log 6>$null

        @($log.MessageData.Message) -match 'stdout\]:     - value$' | Should -HaveCount 1
    }

    It 'builds what an e2b.toml file starts as root' {
        $folder = New-Item -ItemType Directory "$TestDrive/old"
        Set-Content "$folder/e2b.Dockerfile" 'FROM e2bdev/base', 'ENV GREETING=hello', 'COPY <<EOF /start.sh', 'id -un > /run/who; exec sleep 100000', 'EOF'
        Set-Content "$folder/e2b.toml" 'template_name = "from-toml"', 'start_cmd = "cd / && sh /start.sh"', 'ready_cmd = "grep -q root /run/who"'
        $built = New-E2BTemplate -FromConfig $folder | Build-E2BTemplate 6>$null

        Invoke-E2BCommand (New-E2BSandbox $built) 'cat /run/who' | Should -Be 'root'
    }

    It 'warns of a link that leads nowhere, and copies it' {
        $context = Initialize-Context linked
        $null = New-Item -ItemType SymbolicLink "$context/lib/broken" -Target /nothing/there

        $built = New-E2BTemplate -ContextPath $context | Add-E2BTemplateStep -Copy lib -Destination /opt/lib | Build-E2BTemplate linked -WarningVariable warnings 3>$null 6>$null

        $built | Should -Not -BeNullOrEmpty
        "$warnings" | Should -BeLike '*broken*'
        Invoke-E2BCommand (New-E2BSandbox linked) 'readlink /opt/lib/broken' | Should -Be '/nothing/there'
    }

    It 'shows nothing of a registry''s password, whatever becomes of the build' {
        $secret = [securestring]::new()
        'pass-of-the-registry'.ToCharArray() | ForEach-Object { $secret.AppendChar($_) }
        $definition = New-E2BTemplate -FromImage 127.0.0.1:9/app -RegistryCredential ([pscredential]::new('me', $secret))

        $all = $definition | Build-E2BTemplate secret -Verbose -Debug -ErrorVariable failure -ErrorAction Continue *>&1

        $failure[0].FullyQualifiedErrorId | Should -BeLike 'E2BTemplateBuildFailed,*'
        $failure[0].Exception.FailedStep | Should -Be 'base'
        ($all | Out-String) + ($failure | Format-List * -Force | Out-String) | Should -Not -Match 'pass-of-the-registry'
    }

    It 'shows its steps as progress' {
        $pipeline = [powershell]::Create()
        try {
            $null = $pipeline.AddScript("Import-Module '$module'; New-E2BTemplate -ContextPath '$(Initialize-Context bar)' | Add-E2BTemplateStep -Copy lib -Destination /opt/ | Add-E2BTemplateStep -Run 'true' | Build-E2BTemplate bar")
            $null = $pipeline.Invoke()
            $bars = @($pipeline.Streams.Progress)
            @($bars.Activity | Sort-Object -Unique) | Should -Be 'Building bar'
            @($bars.StatusDescription) -match '^Step 2 of 2: RUN' | Should -Not -BeNullOrEmpty
            @($bars.StatusDescription) -match '^Sending the files of step 1 of 2' | Should -Not -BeNullOrEmpty
            $bars[-1].RecordType | Should -Be 'Completed'
        }
        finally { $pipeline.Dispose() }
    }
}

Describe 'Get-E2BTemplateBuild' {
    BeforeAll {
        $null = New-E2BTemplate | Add-E2BTemplateStep -Run 'echo the first' | Build-E2BTemplate asked -Tag one 6>$null
        $null = New-E2BTemplate | Add-E2BTemplateStep -Run 'echo the second' | Build-E2BTemplate asked -Tag two 6>$null
    }

    It 'lists builds, the newest first, and gets one' {
        $builds = @(Get-E2BTemplateBuild asked)
        $builds | Should -HaveCount 2
        $builds[0].CreatedAt | Should -BeGreaterOrEqual $builds[1].CreatedAt
        $builds.Status | Should -Be 'Ready', 'Ready'

        $one = Get-E2BTemplateBuild asked $builds[1].BuildId
        $one.BuildId, $one.TemplateId, $one.CreatedAt | Should -Be $builds[1].BuildId, (Get-E2BTemplate asked).TemplateId, $builds[1].CreatedAt
        @(Get-E2BTemplate asked | Get-E2BTemplateBuild) | Should -HaveCount 2
    }

    It 'reads the log, of the newest or of the build that is piped' {
        $builds = @(Get-E2BTemplateBuild asked)
        @(Get-E2BTemplateBuild asked -Log).Message -match 'the second' | Should -Not -BeNullOrEmpty
        $first = $builds[1] | Get-E2BTemplateBuild -Log
        $first[0] | Should -BeOfType ([E2B.TemplateBuildLogEntry])
        $first.Message -match 'the first' | Should -Not -BeNullOrEmpty
        $first.Message -match 'the second' | Should -BeNullOrEmpty
        @($builds[1] | Get-E2BTemplateBuild -Log -Level Error) | Should -BeNullOrEmpty
    }

    It 'follows with the log down the pipeline, and leaves early without harm' {
        $job = New-E2BTemplate | Add-E2BTemplateStep -Run 'echo begun; sleep 5; echo ended' -SkipCache | Build-E2BTemplate early -AsJob
        Wait-Until { (Test-E2BTemplate early) -and (Get-NewestBuild early).Status -eq 'Building' }

        $one = Get-E2BTemplateBuild early -Log -Follow | Select-Object -First 1

        $one | Should -BeOfType ([E2B.TemplateBuildLogEntry])
        $null = $job | Wait-Job -Timeout 120
        $job.State | Should -Be 'Completed'
        $job | Remove-Job
    }

    It 'says which of the two is not there' {
        { Get-E2BTemplateBuild none -ErrorAction Stop } | Should -Throw -ErrorId 'E2BTemplateNotFound,*'
        { Get-E2BTemplateBuild asked 00000000-0000-4000-8000-000000000000 -ErrorAction Stop } | Should -Throw -ErrorId 'E2BTemplateBuildNotFound,*'
        { Get-E2BTemplateBuild asked not-an-id -Follow -ErrorAction Stop } | Should -Throw -ErrorId 'E2BTemplateBuildNotFound,*'
        { Get-E2BTemplateBuild 42 -ErrorAction Stop } | Should -Throw -ErrorId 'E2BNotATemplate,*'
    }

    It 'ends with the build''s own error when the one that is followed fails' {
        $job = New-E2BTemplate | Add-E2BTemplateStep -Run 'sleep 2; echo the reason >&2; exit 7' | Build-E2BTemplate broken -AsJob
        Wait-Until { (Test-E2BTemplate broken) -and (Get-NewestBuild broken).Status -ne 'Waiting' }

        { Get-E2BTemplateBuild broken -Follow -ErrorAction Stop 6>$null } | Should -Throw '*step 1*the reason*' -ErrorId 'E2BTemplateBuildFailed,*'

        $null = $job | Wait-Job -Timeout 60
        $job | Remove-Job
    }

    It 'completes builds and tags of the template that is named' {
        $builds = @(Get-E2BTemplateBuild asked)
        $line = 'Get-E2BTemplateBuild asked '
        $offered = (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText
        $offered | Should -Be $builds.BuildId
        $line = 'Get-E2BTemplateTag asked t'
        (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText | Should -Be 'two'
    }
}
