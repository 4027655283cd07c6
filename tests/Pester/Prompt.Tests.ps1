# A person at a prompt presses Ctrl+C: tmux is the person. PowerShell.Stop() sends no signal, a terminal does.
BeforeDiscovery {
    $hasTmux = [bool](Get-Command tmux -CommandType Application -ErrorAction Ignore)
    if (-not $hasTmux) { Write-Warning 'tmux is not installed: Ctrl+C is NOT exercised in a terminal.' }
}

Describe 'Ctrl+C at the prompt' -Skip:(-not $hasTmux) {
    BeforeAll {
        . "$PSScriptRoot/Support.ps1"
        $module = (Resolve-Path "$PSScriptRoot/../../out/E2B/E2B.psd1").Path
        $socket = "e2b-prompt-$PID"
        function Send-Line([string] $Line) {
            tmux -L $socket send-keys -t e2b -l -- $Line
            tmux -L $socket send-keys -t e2b Enter
        }
        function Wait-Screen([string] $Pattern) {
            $script:screen = ''
            try { Wait-Until { ($script:screen = (tmux -L $socket capture-pane -p -J -t e2b) -join "`n") -cmatch $Pattern } }
            catch { throw "The screen did not show '$Pattern', but this:`n$script:screen" }
        }
        tmux -L $socket -u -f /dev/null new-session -d -s e2b -x 100 -y 40 -e NO_COLOR=1 -e E2B_API_URL= -e E2B_SANDBOX_URL= -e E2B_API_KEY= 'pwsh -NoProfile -NoLogo'
        Wait-Screen '(?m)^PS .*>'
        Send-Line "function prompt { 'PS> ' }; Import-Module $module; clear; Start-E2BLocalServer -DataDirectory $TestDrive/data; Connect-E2B -Local; `$s = New-E2BSandbox -AsDefault; 'ready' + '-now'"
        Wait-Screen '(?m)^ready-now'
    }

    AfterAll {
        tmux -L $socket send-keys -t e2b C-c 2>$null
        Send-Line 'exit'
        # The server of that session ends with it, and writes to its directory until then.
        Wait-Until { -not (Test-Path "$TestDrive/data/server.json") }
        tmux -L $socket kill-server 2>$null
    }

    It 'ends the command in the sandbox with all it started, and neither the server nor the sandbox' {
        Send-Line "clear; Invoke-E2BCommand 'while :; do echo tick; sleep 0.2; done & sleep 7171; true'"
        Wait-Screen '(?m)^tick\ntick'
        tmux -L $socket send-keys -t e2b C-c
        Wait-Screen '(?m)^PS> ?\s*\z'
        Send-Line "clear; 'left: ' + (Invoke-E2BCommand 'pgrep -fc ""[s]leep 7171""' -SuccessExitCode 0, 1) + ' of ' + @(Get-E2BSandbox).Count"
        Wait-Screen '(?m)^left: 0 of 1'
    }

    It 'only detaches from a process that was started for itself, and says how to come back' {
        Send-Line "clear; `$p = Start-E2BProcess -FilePath sleep -ArgumentList 7272; Wait-E2BProcess `$p -Verbose"
        Wait-Screen 'Waiting for process \d+'
        tmux -L $socket send-keys -t e2b C-c
        Wait-Screen '(?s)runs on\. Come back with: Connect-E2BProcess .*PS> ?\s*\z'
        Send-Line "clear; 'runs: ' + @(Get-E2BProcess).Count"
        Wait-Screen '(?m)^runs: 1'
    }

    It 'only ends the following of a build, and says how to come back' {
        Send-Line "clear; New-E2BTemplate | Add-E2BTemplateStep -Run 'echo begun; sleep 60' | Build-E2BTemplate prompt-build"
        Wait-Screen 'builder 1/1'
        tmux -L $socket send-keys -t e2b C-c
        Wait-Screen '(?s)The build goes on\. Come back with: Get-E2BTemplateBuild \S+ \S+ -Follow.*PS> ?\s*\z'
        Send-Line "clear; 'build: ' + (Get-E2BTemplateBuild prompt-build).Status"
        Wait-Screen '(?m)^build: Building'
        Send-Line 'clear; Get-E2BTemplateBuild prompt-build -Log -Follow'
        Wait-Screen 'builder 1/1'
        tmux -L $socket send-keys -t e2b C-c
        Wait-Screen '(?s)The build goes on\. Come back with: Get-E2BTemplateBuild \S+ \S+ -Log -Follow.*PS> ?\s*\z'
    }
}
