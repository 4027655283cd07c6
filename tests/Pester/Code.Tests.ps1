BeforeAll {
    . "$PSScriptRoot/Support.ps1"
    $sandbox = New-E2BSandbox code-interpreter-v1

    # The pixels' colours, and how many have each, of a PNG.
    function Get-Colour([string] $Path, [string[]] $Colour) {
        $said = & /usr/bin/python3 -c 'import sys, matplotlib.image as m
p = m.imread(sys.argv[1]); print(p.shape[1], p.shape[0])
for c in sys.argv[2:]:
    r, g, b = (int(c[i:i + 2], 16) for i in (0, 2, 4))
    print(int(sum(((p[..., i] * 255).round() == v) for i, v in enumerate((r, g, b))).__eq__(3).sum()))' $Path @Colour
        if ($LASTEXITCODE) { throw "could not read $Path" }
        $said
    }

    # An endless loop that says when it has begun.
    $endless = "n = 0`nprint('begun', flush=True)`nwhile True:`n    n += 1"
}
AfterAll {
    Get-Job | Remove-Job -Force
    Remove-E2BSandbox $sandbox
}

Describe 'Invoke-E2BCode' {
    It 'keeps variables from one run to the next' {
        Invoke-E2BCode $sandbox 'x = 20 + 1' | Should -BeNullOrEmpty
        $result = Invoke-E2BCode $sandbox 'x * 2'
        $result | Should -BeOfType ([E2B.CodeResult])
        $result.Text | Should -BeExactly '42'
        $result.IsMainResult | Should -BeTrue
        $result.SandboxId | Should -BeExactly $sandbox.SandboxId
    }

    It 'writes lines of stdout as strings, results in their place, and stderr to the host' {
        $code = "import sys`nfrom IPython.display import HTML, display`nprint('one'); print('two', end='')`nprint('aside', file=sys.stderr)`nsys.stdout.flush(); display(HTML('<b>')); print('three')`n'ü€😀'"
        $all = Invoke-E2BCode $sandbox $code 6>&1
        $notes, $records = $all.Where({ $_ -is [System.Management.Automation.InformationRecord] }, 'Split')
        "$notes" | Should -BeExactly 'aside'
        $records[0, 1, 3] | Should -BeExactly @('one', 'two', 'three')
        $records[2].Html | Should -BeExactly '<b>'
        $records[2].IsMainResult | Should -BeFalse
        $records[4].Text | Should -BeExactly 'ü€😀'
        $records.Count | Should -Be 5
    }

    It 'streams: a line is there while the code runs on' {
        $took = [Diagnostics.Stopwatch]::StartNew()
        Invoke-E2BCode $sandbox "import time`nprint('first', flush=True)`ntime.sleep(300)" | Select-Object -First 1 | Should -BeExactly 'first'
        $took.Elapsed.TotalSeconds | Should -BeLessThan 60
    }

    It 'merges stderr where it is asked to' {
        $lines = Invoke-E2BCode $sandbox "import sys`nprint('out', flush=True)`nprint('err', file=sys.stderr, flush=True)" -MergeStdErr
        $lines | ForEach-Object { "$_ $($_.Stream) $($_.SandboxId)" } | Should -BeExactly @("out StdOut $($sandbox.SandboxId)", "err StdErr $($sandbox.SandboxId)")
    }

    It 'makes an error of the code a PowerShell error with name, value and traceback' {
        Invoke-E2BCode $sandbox "print('before')`ndef f():`n    return 1 / 0`nf()" -ErrorVariable failed -ErrorAction SilentlyContinue | Should -BeExactly 'before'
        $failed.Count | Should -Be 1
        $failed[0].FullyQualifiedErrorId | Should -BeExactly 'E2BCodeFailed,E2B.PowerShell.Commands.InvokeE2BCodeCommand'
        $failed[0].TargetObject.Name | Should -BeExactly 'ZeroDivisionError'
        $failed[0].TargetObject.Value | Should -BeExactly 'division by zero'
        $failed[0].TargetObject.Traceback | Should -Match 'return 1 / 0|1.*/.*0'
        $failed[0].Exception.Message | Should -BeExactly 'ZeroDivisionError: division by zero'
        "$($failed[0])" | Should -Match 'ZeroDivisionError'
        "$($failed[0])" | Should -Not -Match "`e"
        { Invoke-E2BCode $sandbox 'nowhere' -ErrorAction Stop } | Should -Throw -ExceptionType ([E2B.CodeExecutionException])
    }

    It 'gives the whole execution with -PassThru, and then an error of the code is none of PowerShell' {
        $first = Invoke-E2BCode $sandbox "import sys`nprint('a'); print('b', file=sys.stderr)`n6 * 7" -PassThru
        $first | Should -BeOfType ([E2B.CodeExecution])
        $first.Text, $first.StandardOutput, $first.StandardError | Should -BeExactly @('42', "a`n", "b`n")
        $first.Error | Should -BeNullOrEmpty
        $second = Invoke-E2BCode $sandbox '1 / 0' -PassThru -ErrorAction Stop
        $second.Error.Name | Should -BeExactly 'ZeroDivisionError'
        $second.ExecutionCount | Should -Be ($first.ExecutionCount + 1)
    }

    It 'sets environment variables for the run alone' {
        (Invoke-E2BCode $sandbox "import os`nos.environ['E2B_TEST_ONE']" -Environment @{ E2B_TEST_ONE = 'yes' }).Text | Should -BeExactly 'yes'
        (Invoke-E2BCode $sandbox "os.environ.get('E2B_TEST_ONE', 'none')").Text | Should -BeExactly 'none'
    }

    It 'takes code from the pipeline' {
        $lines = 'for i in range(2):', '    print(i)'
        $lines | Invoke-E2BCode -Sandbox $sandbox | Should -BeExactly @('0', '1')
        "y = 5`ny + 1" | Invoke-E2BCode -Sandbox $sandbox.SandboxId | ForEach-Object Text | Should -BeExactly '6'
        $sandbox | Invoke-E2BCode 'print("piped sandbox")' | Should -BeExactly 'piped sandbox'
        @() | Invoke-E2BCode -Sandbox $sandbox | Should -BeNullOrEmpty
        { 'print(1)' | Invoke-E2BCode $sandbox 'print(2)' -ErrorAction Stop } | Should -Throw -ErrorId 'E2BNotASandbox,*'
    }

    It 'takes code from files, whose extension says the language' {
        Set-Content "$TestDrive/one.py" 'z = 1'
        Set-Content "$TestDrive/two.py" 'print(z + 1)'
        Set-Content "$TestDrive/plain.sh" 'echo "from $0" | cut -c1-4'
        Invoke-E2BCode $sandbox -Path "$TestDrive/*.py" | Should -BeExactly '2'
        Get-Item "$TestDrive/two.py" | Invoke-E2BCode -Sandbox $sandbox | Should -BeExactly '2'
        Invoke-E2BCode $sandbox -LiteralPath "$TestDrive/plain.sh" | Should -BeExactly 'from'
        { Invoke-E2BCode $sandbox -Path "$TestDrive/missing.py" -ErrorAction Stop } | Should -Throw -ErrorId 'E2BLocalFileNotFound,*'
    }

    It 'stops after the file that fails' {
        Set-Content "$TestDrive/a.txt" 'raise RuntimeError("here")'
        Set-Content "$TestDrive/b.txt" 'print("not reached")'
        Invoke-E2BCode $sandbox -Path "$TestDrive/[ab].txt" -ErrorVariable failed -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $failed.Count | Should -Be 1
    }

    It 'takes one positional for the code' {
        Set-E2BDefault -Sandbox $sandbox
        try { (Invoke-E2BCode '1 + 1').Text | Should -BeExactly '2' } finally { Set-E2BDefault -Sandbox $null }
        { Invoke-E2BCode '1 + 1' } | Should -Throw -ErrorId 'E2BNoSandbox,*'
        { Invoke-E2BCode $sandbox } | Should -Throw -ErrorId 'E2BNoCode,*'
        { Invoke-E2BCode $sandbox 'x' -Path "$TestDrive/one.py" } | Should -Throw -ErrorId 'E2BAmbiguousCode,*'
        { Invoke-E2BCode $sandbox 'x' -Language python -Context c } | Should -Throw -ErrorId 'E2BAmbiguousCode,*'
        { Invoke-E2BCode $sandbox 'x' -PassThru -ExpandData } | Should -Throw -ErrorId 'E2BAmbiguousOutput,*'
    }

    It 'says that a sandbox has no code interpreter' {
        $plain = New-E2BSandbox
        try { { Invoke-E2BCode $plain '1' -ErrorAction Stop } | Should -Throw -ErrorId 'E2BNoCodeInterpreter,*' } finally { Remove-E2BSandbox $plain }
        { Invoke-E2BCode $plain '1' -ErrorAction Stop } | Should -Throw -ErrorId 'E2BSandboxNotFound,*'
    }

    It 'brings a result of 50 MB and more' {
        $result = Invoke-E2BCode $sandbox "'ü' * 52428800"
        $result.Text.Length | Should -Be 52428800
        $result.Text[0], $result.Text[52428799] | Should -BeExactly @([char]'ü', [char]'ü')
    }
}

Describe 'Interrupting <Language>' -ForEach @(
    # The kernel itself tells when it was free again, by the same clock: what the next request takes is no matter of the interrupt.
    @{ Language = 'python'; Keep = 'kept = "still here"'; Kept = 'kept'; Freed = 'freed'
        Endless = "import time`nfreed = 0`nprint('begun', flush=True)`ntry:`n    while True: pass`nfinally:`n    freed = time.time()" }
    @{ Language = 'javascript'; Keep = 'var kept = "still here", freed'; Kept = 'kept'; Freed = 'freed / 1000'
        Endless = "setTimeout(() => { freed = Date.now() }); console.log('begun'); while (true) {}" }
    @{ Language = 'javascript'; Keep = 'var kept = "still here", freed'; Kept = 'kept'; Freed = 'freed / 1000'
        Endless = "await 0; setTimeout(() => { freed = Date.now() }); console.log('begun'); while (true) {}" }
) {
    BeforeAll {
        $context = New-E2BCodeContext $sandbox $Language
        Invoke-E2BCode $Keep -Context $context

        # Seconds from a moment to that at which the kernel was free, its variables as they were. The best of three: what else the machine does then comes and goes.
        function Measure-Interrupt([scriptblock] $Stop) {
            $best = foreach ($n in 1..3) {
                $stopped = & $Stop
                (Invoke-E2BCode $Kept -Context $context).Text | Should -BeExactly 'still here'
                [double](Invoke-E2BCode $Freed -Context $context).Text - $stopped.ToUnixTimeMilliseconds() / 1000
            }
            ($best | Measure-Object -Minimum).Minimum
        }
    }
    AfterAll { Remove-E2BCodeContext $context }

    It 'ends an endless loop at -TimeoutSec, within a second, and the kernel keeps its variables' {
        Measure-Interrupt {
            $begun = [DateTimeOffset]::UtcNow
            $null = Invoke-E2BCode $Endless -Context $context -TimeoutSec 2 -ErrorVariable late -ErrorAction SilentlyContinue -OutVariable said
            $said | Should -BeExactly 'begun'
            $late[0].FullyQualifiedErrorId | Should -BeExactly 'E2BCodeTimeout,E2B.PowerShell.Commands.InvokeE2BCodeCommand'
            $begun.AddSeconds(2)
        } | Should -BeLessThan 1
    }

    It 'ends it on Stop-Job, and the next code runs at once' {
        Measure-Interrupt {
            $job = Invoke-E2BCode $Endless -Context $context -AsJob -JobName endless
            Wait-Until { (Receive-Job $job -Keep) -eq 'begun' }
            $now = [DateTimeOffset]::UtcNow
            Stop-Job $job
            $job.State | Should -Be 'Stopped'
            $now
        } | Should -BeLessThan 1
    }

    It 'ends it when enough was read' {
        Measure-Interrupt {
            Invoke-E2BCode $Endless -Context $context | Select-Object -First 1 | ForEach-Object { [DateTimeOffset]::UtcNow }
        } | Should -BeLessThan 1
    }

    It 'ends it on Ctrl+C' {
        $shell = [PowerShell]::Create()
        try {
            $null = $shell.AddScript('param($module) Import-Module $module').AddArgument("$PSScriptRoot/../../out/E2B/E2B.psd1").Invoke()
            Measure-Interrupt {
                $shell.Commands.Clear()
                $null = $shell.AddScript('param($context, $code) Invoke-E2BCode $code -Context $context').AddArgument($context).AddArgument($Endless)
                $output = [System.Management.Automation.PSDataCollection[psobject]]::new()
                $none = [System.Management.Automation.PSDataCollection[psobject]]::new()
                $none.Complete()
                $null = $shell.BeginInvoke($none, $output)
                Wait-Until { $output.Count -gt 0 }
                $now = [DateTimeOffset]::UtcNow
                $shell.Stop()
                $now
            } | Should -BeLessThan 1
        }
        finally { $shell.Dispose() }
    }
}

Describe 'The end of code' {
    It 'tells of a kernel that dies, and the context can be used again' {
        $context = New-E2BCodeContext $sandbox
        Invoke-E2BCode $sandbox 'kept = "still here"'
        Invoke-E2BCode 'import os; os._exit(7)' -Context $context -ErrorVariable failed -ErrorAction SilentlyContinue
        $failed.Count | Should -Be 1
        $failed[0].FullyQualifiedErrorId | Should -BeExactly 'E2BCodeFailed,E2B.PowerShell.Commands.InvokeE2BCodeCommand'
        (Invoke-E2BCode '1 + 1' -Context $context).Text | Should -BeExactly '2'
        (Invoke-E2BCode $sandbox 'kept').Text | Should -BeExactly 'still here'
    }

    It 'is waited for as long as the pipeline takes its time: -TimeoutSec counts the code alone' {
        $said = Invoke-E2BCode $sandbox "for n in range(3):`n    print(n, flush=True)" -TimeoutSec 3 -ErrorAction Stop | ForEach-Object { Start-Sleep -Milliseconds 1500; $_ }
        $said | Should -BeExactly @('0', '1', '2')
    }
}

Describe 'Jobs of Invoke-E2BCode' {
    It 'hold lines and results, and fail with the code' {
        $job = Invoke-E2BCode $sandbox "print('line')`n7" -AsJob
        $received = Receive-Job $job -Wait
        $received[0] | Should -BeExactly 'line'
        $received[1].Text | Should -BeExactly '7'
        $job.State | Should -Be 'Completed'
        $failed = Invoke-E2BCode $sandbox '1 / 0' -AsJob
        $null = Wait-Job $failed
        $failed.State | Should -Be 'Failed'
        { Receive-Job $failed -Keep -ErrorAction Stop } | Should -Throw -ErrorId 'E2BCodeFailed*'
        $failed.Error[0].CategoryInfo.Activity | Should -BeExactly 'Invoke-E2BCode'
        (Receive-Job $failed 2>&1 | Out-String) | Should -Match '^\S*Invoke-E2BCode: '
    }
}

Describe 'Code in several sandboxes' {
    It 'runs in all at once, with a result and an error for each' {
        $all = New-E2BSandbox code-interpreter-v1 -Count 3
        try {
            $all.Count | Should -Be 3
            $index = 0
            $all | ForEach-Object { Invoke-E2BCode $_ "me = $index"; $index++ }
            $executions = $all | Invoke-E2BCode '10 // me' -PassThru
            $executions | Sort-Object { $all.SandboxId.IndexOf($_.SandboxId) } | ForEach-Object { $_.Text ?? $_.Error.Name } | Should -BeExactly @('ZeroDivisionError', '10', '5')
            $lines = $all | Invoke-E2BCode "if me == 2:`n    raise KeyError(me)`nprint(me)" -ErrorVariable failed -ErrorAction SilentlyContinue
            $lines | ForEach-Object { "$($all.SandboxId.IndexOf($_.SandboxId)) $_" } | Sort-Object | Should -BeExactly @('0 0', '1 1')
            $failed[0].Exception.SandboxId | Should -BeExactly $all[2].SandboxId
            $late = Measure-Command { $all | Invoke-E2BCode "import time`ntime.sleep(120 if me == 1 else 0)`nme" -TimeoutSec 5 -OutVariable done -ErrorVariable failed -ErrorAction SilentlyContinue }
            $done.Text | Sort-Object | Should -BeExactly @('0', '2')
            $failed[0].FullyQualifiedErrorId | Should -BeLike 'E2BCodeTimeout,*'
            $failed[0].Exception.SandboxId | Should -BeExactly $all[1].SandboxId
            $late.TotalSeconds | Should -BeLessThan 60
        }
        finally { $all | Remove-E2BSandbox }
    }
}

Describe 'Contexts' {
    It 'are apart' {
        $one = New-E2BCodeContext $sandbox
        $two = New-E2BCodeContext $sandbox python -WorkingDirectory /tmp
        $two.WorkingDirectory | Should -BeExactly '/tmp'
        $two.Language | Should -BeExactly 'python'
        Invoke-E2BCode 'apart = 1' -Context $one
        Invoke-E2BCode $sandbox 'apart = 2' -Context $two.Id
        (Invoke-E2BCode 'apart' -Context $one).Text | Should -BeExactly '1'
        (Invoke-E2BCode 'apart' -Context $two).Text | Should -BeExactly '2'
        Invoke-E2BCode "import os; print(os.getcwd())" -Context $two | Should -BeExactly '/tmp'
        $one, $two | Invoke-E2BCode 'print(apart)' | ForEach-Object { "$_" } | Sort-Object | Should -BeExactly @('1', '2')
        $one, $two | Remove-E2BCodeContext
    }

    It 'are listed, restarted and removed, by object and by id' {
        $context = New-E2BCodeContext $sandbox
        (Get-E2BCodeContext $sandbox).Id | Should -Contain $context.Id
        (Get-E2BCodeContext $sandbox $context.Id).Id | Should -BeExactly $context.Id
        Get-E2BCodeContext $sandbox -Language 'cob*' | Should -BeNullOrEmpty
        Invoke-E2BCode 'gone = 1' -Context $context
        Restart-E2BCodeContext $context
        (Invoke-E2BCode "'gone' in globals()" -Context $context).Text | Should -BeExactly 'False'
        Restart-E2BCodeContext $sandbox $context.Id -WhatIf
        Remove-E2BCodeContext $sandbox $context.Id
        { Remove-E2BCodeContext $context -ErrorAction Stop } | Should -Throw -ErrorId 'E2BCodeContextNotFound,*'
        { Restart-E2BCodeContext $context -ErrorAction Stop } | Should -Throw -ErrorId 'E2BCodeContextNotFound,*'
        { Get-E2BCodeContext $sandbox $context.Id -ErrorAction Stop } | Should -Throw -ErrorId 'E2BCodeContextNotFound,*'
        { Invoke-E2BCode '1' -Context $context -ErrorAction Stop } | Should -Throw -ErrorId 'E2BCodeContextNotFound,*'
        { Remove-E2BCodeContext } | Should -Throw -ErrorId 'E2BNoCodeContext,*'
        { Remove-E2BCodeContext 7 -ErrorAction Stop } | Should -Throw
    }

    It 'of one sandbox are not taken for another' {
        $context = New-E2BCodeContext $sandbox
        $other = New-E2BSandbox
        try { { Invoke-E2BCode $other '1' -Context $context } | Should -Throw -ErrorId 'E2BInvalidArgument,*' }
        finally { Remove-E2BSandbox $other; Remove-E2BCodeContext $context }
    }

    It 'of a language that is not there say so' {
        { New-E2BCodeContext $sandbox cobol -ErrorAction Stop } | Should -Throw -ErrorId 'E2BServiceError,*'
    }

    It 'are completed, with languages' {
        $context = New-E2BCodeContext $sandbox
        Set-E2BDefault -Sandbox $sandbox
        try {
            $line = 'Invoke-E2BCode -Code x -Context '
            (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText | Should -Contain $context.Id
        }
        finally { Set-E2BDefault -Sandbox $null; Remove-E2BCodeContext $context }
        $line = 'Invoke-E2BCode x -Language ja'
        (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText | Should -Be @('java', 'javascript')
    }
}

Describe 'Results' {
    It 'of a plot are a PNG of the right size and colours, and the points are the data' {
        $plot = "import matplotlib.pyplot as plt`nfigure = plt.figure(figsize=(4, 3), dpi=100)`nplt.plot([1, 2, 3], [10, 40, 20], color='#ff0000', linewidth=8, label='pears')`nplt.title('Fruit'); plt.xlabel('Time (s)')`nplt.show()"
        $shown = @(Invoke-E2BCode $sandbox $plot | Where-Object Png)
        $shown.Count | Should -Be 1
        $file = $shown | Save-E2BCodeResult "$TestDrive/plot.png" -PassThru
        $file.FullName | Should -BeExactly (Get-Item "$TestDrive/plot.png").FullName
        $size, $red, $white, $blue = Get-Colour -Path $file.FullName -Colour ff0000, ffffff, 0000ff
        $width, $height = [int[]](-split $size)
        [math]::Abs($width - 400) | Should -BeLessThan 60
        [math]::Abs($height - 300) | Should -BeLessThan 60
        [int]$red | Should -BeGreaterThan 1000
        [int]$white | Should -BeGreaterThan 60000
        [int]$blue | Should -Be 0
        $chart = $shown[0].Chart
        $chart.Type | Should -Be 'Line'
        $chart.Title | Should -BeExactly 'Fruit'
        $chart.X.Unit | Should -BeExactly 's'
        $chart.Points | ForEach-Object { "$($_.Series) $($_.X) $($_.Y)" } | Should -BeExactly @('pears 1 10', 'pears 2 40', 'pears 3 20')
        $chart.Points[1].Y, $chart.Series[0].Points[2].Y, $shown[0].Formats[0] | Should -BeExactly @(40, 20, 'text')
        $chart.Points | ConvertTo-Csv | Select-Object -First 2 | Should -BeExactly @('"Series","X","Y"', '"pears","1","10"')
        $shown | Save-E2BCodeResult "$TestDrive/plot.csv"
        Import-Csv "$TestDrive/plot.csv" | ForEach-Object Y | Should -BeExactly @('10', '40', '20')
        $shown | Save-E2BCodeResult "$TestDrive/plot.json"
        (Get-Content -Raw "$TestDrive/plot.json" | ConvertFrom-Json).type | Should -BeExactly 'line'
    }

    It 'of bars and several charts are typed' {
        $bars = Invoke-E2BCode $sandbox "import matplotlib.pyplot as plt`nplt.figure(); plt.bar(['a', 'b'], [3, 5]); plt.show()" | Where-Object Chart
        $bars.Chart | Should -BeOfType ([E2B.BarChart])
        $bars.Chart.Points | ForEach-Object { "$($_.Label) $($_.Value)" } | Should -BeExactly @('a 3', 'b 5')
        $both = Invoke-E2BCode $sandbox "figure, (left, right) = plt.subplots(1, 2); left.scatter([1, 2], [3, 4]); right.pie([1, 1], labels=['x', 'y']); plt.show()" | Where-Object Chart
        $both.Chart | Should -BeOfType ([E2B.SuperChart])
        $both.Chart.Charts.Type | Should -Be @('Scatter', 'Pie')
        $both.Chart.Charts[1].Points | ForEach-Object { "$($_.Label) $($_.Angle)" } | Should -BeExactly @('x 180', 'y 180')
    }

    It 'of data frames have rows' {
        $code = "import pandas`npandas.DataFrame({'name': ['pear', 'fig'], 'count': [3, 4], 'Name': [1.5, None]})"
        $result = Invoke-E2BCode $sandbox $code
        $result.Html | Should -Match '<table'
        $result.Rows.Count | Should -Be 2
        $result.Rows | Where-Object count -GT 3 | ForEach-Object name | Should -BeExactly 'fig'
        $result.Rows[0].count | Should -BeOfType ([long])
        $result.Rows[0].Name_2 | Should -Be 1.5
        Invoke-E2BCode $sandbox $code -ExpandData | Measure-Object count -Sum | ForEach-Object Sum | Should -Be 7
        $result | Save-E2BCodeResult "$TestDrive/frame.csv"
        (Get-Content "$TestDrive/frame.csv")[0, 1] | Should -BeExactly @('name,count,Name', 'pear,3,1.5')
        (Invoke-E2BCode $sandbox '1').Rows | Should -BeNullOrEmpty
    }

    It 'show as their text' {
        (Invoke-E2BCode $sandbox '6 * 7' | Out-String).Trim() | Should -BeExactly '42'
        (Invoke-E2BCode $sandbox "print('six')`n6 * 7" | Out-String).Trim() -split '\s+' | Should -BeExactly @('six', '42')
        $sandbox, (Invoke-E2BCode $sandbox '6 * 7') | Out-String | Should -Match '(?m)^Result : 42\r?$'
    }

    It 'show as lists and tables where that is asked for' {
        $result = Invoke-E2BCode $sandbox "import json`n[6 * 7]"
        $result | Format-List * | Out-String | Should -Match '(?sm)^SandboxId\s+: \S+\r?\n.*^Text\s+: \[42\]\r?\n.*^Json\s+: \[42\]'
        $result | Format-List | Out-String | Should -Match '(?m)^Formats\s+: text, json\r?$'
        $result | Format-List Text, Json | Out-String | Should -Not -Match 'SandboxId'
        $result | Format-Table | Out-String | Should -Match '(?m)^SandboxId\s+Formats\s+Text\s*\r?\n[- ]+\r?\n\S+\s+text, json\s+\[42\]\s*$'
        $result | Format-Table Text, IsMainResult | Out-String | Should -Match '(?m)^Text\s+IsMainResult\s*\r?\n[- ]+\r?\n\[42\]\s+True\s*$'
        $result | ConvertTo-Json -Depth 1 | ConvertFrom-Json | ForEach-Object { $_.PSObject.Properties.Name } | Should -Not -Contain 'Result'
    }
}
