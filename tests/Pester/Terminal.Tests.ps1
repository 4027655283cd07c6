# Enter-E2BSandbox in a real terminal: tmux is the person, who types and looks at the screen.
BeforeDiscovery {
    $hasTmux = [bool](Get-Command tmux -CommandType Application -ErrorAction Ignore)
    if (-not $hasTmux) {
        Write-Warning 'tmux is not installed: Enter-E2BSandbox is NOT exercised in a terminal.'
    }
}

Describe 'Enter-E2BSandbox without a terminal' {
    It 'says so before it does anything' {
        { Enter-E2BSandbox no-such-sandbox } | Should -Throw -ErrorId 'E2BNotInteractive,*' -ExpectedMessage '*NonInteractive*Invoke-E2BCommand*'
    }

    It 'says so in a <name>' -ForEach @(
        @{ Name = 'thread job'; Run = { Start-ThreadJob { Import-Module $using:module; Enter-E2BSandbox } | Receive-Job -Wait } }
        @{ Name = 'runspace of its own'; Run = { [powershell]::Create().AddScript("`$ErrorActionPreference = 'Stop'; Import-Module '$module'; Enter-E2BSandbox").Invoke() } }
    ) {
        $module = "$PSScriptRoot/../../out/E2B/E2B.psd1"
        { & $Run } | Should -Throw -ExpectedMessage '*no terminal of its own*'
    }

    It 'says what is redirected' {
        $module = "$PSScriptRoot/../../out/E2B/E2B.psd1"
        $said = '' | pwsh -NoProfile -Command "Import-Module '$module'; try { Enter-E2BSandbox x } catch { `$_.FullyQualifiedErrorId; `"`$_`" }"
        $said[0] | Should -BeLike 'E2BNotInteractive,*'
        $said[1] | Should -BeLike '*input and output are redirected*'
    }
}

Describe 'Enter-E2BSandbox in a terminal' -Skip:(-not $hasTmux) {
    BeforeAll {
        $module = (Resolve-Path "$PSScriptRoot/../../out/E2B/E2B.psd1").Path
        $script:socket = "e2b-$PID"
        $scratch = (New-Item -ItemType Directory "$TestDrive/terminal").FullName
        $previous = $env:LANG, $env:TERM, $env:NO_COLOR
        $env:LANG = 'C.UTF-8'
        $env:TERM = 'xterm-256color'
        Remove-Item Env:NO_COLOR -ErrorAction Ignore

        function Invoke-Tmux { tmux -L $socket @args }
        function Send-Key { Invoke-Tmux send-keys -t e2b @args }
        function Send-Text([string] $Text) { Invoke-Tmux send-keys -t e2b -l -- $Text }
        function Send-Line([string] $Text) { Send-Text $Text; Send-Key Enter }
        function Get-Screen { (Invoke-Tmux capture-pane -p -J -t e2b) -join "`n" }
        function Get-State([string] $Format) { Invoke-Tmux display-message -p -t e2b $Format }

        # Looks at the screen until it shows what is expected.
        function Wait-Screen([string] $Pattern, [int] $TimeoutSec = 10) {
            $until = [DateTime]::UtcNow.AddSeconds($TimeoutSec)
            do {
                $screen = Get-Screen
                if ($screen -cmatch $Pattern) { return $screen }
                [Threading.Thread]::Sleep(30)
            } while ([DateTime]::UtcNow -lt $until)
            throw "The screen did not show '$Pattern' within $TimeoutSec s, but this:`n$screen"
        }

        function Wait-Until([scriptblock] $Condition, [string] $What, [int] $TimeoutSec = 10) {
            $until = [DateTime]::UtcNow.AddSeconds($TimeoutSec)
            while (-not (& $Condition)) {
                if ([DateTime]::UtcNow -gt $until) { throw "$What did not happen within $TimeoutSec s. The screen:`n$(Get-Screen)" }
                [Threading.Thread]::Sleep(30)
            }
        }

        # Everything that a program can leave behind: settings, alternate screen, cursor, mouse, keys.
        function Get-TerminalState {
            $tty = Get-State '#{pane_tty}'
            $names = 'alternate_on', 'cursor_flag', 'insert_flag', 'keypad_flag', 'keypad_cursor_flag', 'mouse_any_flag',
            'mouse_sgr_flag', 'origin_flag', 'wrap_flag', 'scroll_region_upper'
            $modes = $names | ForEach-Object { "$_=$(Get-State "#{$_}")" }
            (& stty -F $tty -a | Where-Object { $_ -notmatch 'rows' }) + $modes -join "`n"
        }

        # Has PowerShell run a line on an empty screen. Nothing is typed ahead: its line editor takes a Return that
        # came too early for Ctrl+J.
        $script:runs = 0
        function Invoke-Line([string] $Line) {
            $script:runs++
            Send-Line "clear; 'run' + '-$script:runs-'; $Line"
            $null = Wait-Screen "(?m)^run-$script:runs-"
        }

        # Waits for PowerShell's prompt. What is typed before it is still the sandbox's, as with ssh.
        function Wait-Back { $null = Wait-Screen '(?m)^PS> ?\s*\z' }

        # The settings that count are those that a program gets: while PowerShell reads a line they are its own.
        function Save-Setting {
            Invoke-Line "stty -a | Where-Object { `$_ -notmatch 'rows' } > $scratch/stty"
            Wait-Back
        }

        # Enters and waits for the shell.
        function Enter-Sandbox([string] $Arguments = '') {
            Invoke-Line "Enter-E2BSandbox $($sandbox.SandboxId) $Arguments"
            $screen = Wait-Screen '(?s)Terminal \d+ in the sandbox.*\n(user|root)@\S+:\S*[$#]'
            [int][regex]::Match($screen, 'Terminal (\d+) in').Groups[1].Value
        }

        function Exit-Sandbox {
            Send-Line 'exit'
            Wait-Back
        }

        # A window with PowerShell in it.
        function Open-Terminal {
            # A server that is ending would take a new window with it.
            Invoke-Tmux kill-server 2>$null
            $script:socket = "e2b-$PID-$([guid]::NewGuid().ToString('n').Substring(0, 8))"
            Invoke-Tmux -u -f /dev/null new-session -d -s e2b -x 100 -y 30 'pwsh -NoProfile -NoLogo'
            $null = Wait-Screen '(?m)^PS .*>'
            Send-Line "function prompt { 'PS> ' }; Import-Module $module; clear"
            Wait-Back
            Save-Setting
            $script:before = Get-Content "$scratch/stty" -Raw
            $script:stateBefore = Get-TerminalState
        }

        $sandbox = New-E2BSandbox -TimeoutSec 900
        $script:usable = $false
    }

    BeforeEach {
        if (-not $script:usable) { Open-Terminal }
        $script:usable = $false
    }

    AfterAll {
        if ($socket) { tmux -L $socket kill-server 2>$null }
        $env:LANG, $env:TERM, $env:NO_COLOR = $previous
        if ($sandbox) { Remove-E2BSandbox $sandbox -ErrorAction Ignore }
    }

    # Whatever happened: PowerShell reads again, and the terminal is what it was.
    AfterEach {
        Wait-Back
        Remove-Item "$scratch/stty"
        Save-Setting
        Get-Content "$scratch/stty" -Raw | Should -BeExactly $before
        Get-TerminalState | Should -BeExactly $stateBefore
        Invoke-Tmux resize-window -t e2b -x 100 -y 30
        $script:usable = $true
    }

    It 'shows what is typed, in colours, and gives the exit code' {
        Enter-Sandbox
        Send-Line 'echo $((6 * 7)) $TERM; stty size'
        $null = Wait-Screen '(?m)^42 xterm-256color\n30 100$'
        Send-Line "printf '\e[31mrot\e[0m\n'"
        $null = Wait-Screen '(?m)^rot$'
        (Invoke-Tmux capture-pane -p -e -t e2b) -join "`n" | Should -Match '\e\[31mrot'
        Send-Line 'exit 7'
        Wait-Back
        # Not by Invoke-Line: clearing the screen runs a program too.
        Send-Line '"code $LASTEXITCODE"'
        $null = Wait-Screen '(?m)^code 7$'
    }

    It 'says how to leave, and that the sandbox is kept alive' {
        Enter-Sandbox
        Get-Screen | Should -Match 'Ctrl\+\] Ctrl\+\] lets go of it'
        Get-Screen | Should -Match 'kept alive'
        Exit-Sandbox
        Enter-Sandbox "-KeepAlive:`$false -DetachKey None"
        Get-Screen | Should -Match 'There is no detach key\.'
        Get-Screen | Should -Not -Match 'kept alive'
        Exit-Sandbox
    }

    It 'lets every key through' {
        Enter-Sandbox
        Send-Line 'stty -icanon -isig -iexten -ixon -icrnl -echo min 1; echo re"ad"y; head -c 46 | od -An -c -w47; stty sane'
        $null = Wait-Screen '(?m)^ready$'
        # Ctrl+C, Ctrl+D, Ctrl+Z, Ctrl+\, Ctrl+S, Ctrl+Q, Ctrl+O, Ctrl+V, Tab, Enter, Escape, Backspace: 12 bytes
        $keys = 'C-c', 'C-d', 'C-z', 'C-\', 'C-s', 'C-q', 'C-o', 'C-v', 'Tab', 'Enter', 'Escape', 'BSpace'
        Send-Key @keys
        # Up, Ctrl+Left, F5, Delete, Alt+x, Ctrl+Space, ü: 23 bytes; a mouse click: 11 bytes
        $keys = 'Up', 'C-Left', 'F5', 'DC', 'M-x', 'C-Space', 'ü'
        Send-Key @keys
        Send-Text "`e[<0;10;20M"
        $null = Wait-Screen '(?m)^ +003 004 032 034 023 021 017 026  \\t  \\r 033 177 033   \[   A 033   \[   1   ;   5   D 033   \[   1   5   ~ 033   \[   3   ~ 033   x  \\0 303 274 033   \[   <   0   ;   1   0   ;   2   0   M$'
        Exit-Sandbox
    }

    It 'ends a command by Ctrl+C, input by Ctrl+D, stops by Ctrl+Z' {
        Enter-Sandbox
        Send-Line 'sleep 3600'
        Wait-Until { Invoke-E2BCommand $sandbox 'pgrep -x sleep || true' } 'sleep'
        Send-Key C-c
        Send-Line 'echo code-$?'
        $null = Wait-Screen '(?m)^code-130$'
        Invoke-E2BCommand $sandbox 'pgrep -x sleep || true' | Should -BeNullOrEmpty
        Send-Line 'echo go; cat'
        $null = Wait-Screen '(?m)^go$'
        Send-Line 'twice'
        $null = Wait-Screen '(?m)^twice\ntwice$'
        Send-Key C-z
        $null = Wait-Screen 'Stopped +cat'
        Send-Line 'fg'
        $null = Wait-Screen '(?m)^cat$'
        Send-Key C-d
        Send-Line 'echo after-$?'
        $null = Wait-Screen '(?m)^after-0$'
        Send-Key C-d
        Wait-Back
    }

    It 'runs full-screen programs: vim writes and quits' {
        Enter-Sandbox
        Send-Line 'type -P vim || echo no"ne"'
        if ((Wait-Screen '(?m)^(/usr/bin/vim|none)$') -match '(?m)^none$') {
            Exit-Sandbox
            Set-ItResult -Skipped -Because 'the sandbox has no vim'
            return
        }

        Send-Line 'rm -f note.txt; vim -u NONE note.txt'
        $null = Wait-Screen '(?m)^~ *$(.|\n)*note\.txt'
        Get-State '#{alternate_on}' | Should -Be '1'
        Send-Text 'iGrüße aus vim'
        $null = Wait-Screen '(?m)^Grüße aus vim'
        Send-Key Escape
        Send-Line ':wq'
        Wait-Until { (Get-State '#{alternate_on}') -eq '0' } 'The end of vim'
        Invoke-E2BCommand $sandbox 'cat note.txt' | Should -BeExactly 'Grüße aus vim'
        Exit-Sandbox
    }

    It 'follows the size of the window' {
        Enter-Sandbox
        Invoke-Tmux resize-window -t e2b -x 83 -y 21
        Send-Line "until [ `"`$(stty size)`" = '21 83' ]; do sleep 0.05; done; stty size"
        $null = Wait-Screen '(?m)^21 83$'
        Exit-Sandbox
    }

    It 'takes pasted text as it is, brackets included' {
        $text = (1..300 | ForEach-Object { "$_ äöü € 😀 漢字`tx" }) -join "`n"
        [IO.File]::WriteAllText("$scratch/paste", $text)
        Enter-Sandbox
        Send-Line 'stty -icanon -echo -icrnl; printf "\e[?2004h"; echo re"ad"y; LC_ALL=C sed -u "/201~/q" > pasted; stty sane; printf "\e[?2004l"; echo do"ne"'
        $null = Wait-Screen '(?m)^ready$'
        Invoke-Tmux load-buffer "$scratch/paste"
        Invoke-Tmux paste-buffer -p -r -t e2b
        Send-Key C-j
        $null = Wait-Screen '(?m)^done$'
        Get-E2BFile $sandbox pasted -Raw | Should -BeExactly "`e[200~$text`e[201~`n"
        Exit-Sandbox
    }

    It 'lets go, and comes back to what runs' {
        $id = Enter-Sandbox
        Send-Line 'remembered=yes; vim -u NONE -c "set mouse=a" || less /etc/passwd'
        Wait-Until { (Get-State '#{alternate_on}') -eq '1' } 'A full screen'
        Send-Key 'C-]' 'C-]'
        $screen = Wait-Screen "Terminal $id runs on\. Come back with: Enter-E2BSandbox $($sandbox.SandboxId) -ProcessId $id"
        Get-State '#{alternate_on}#{mouse_any_flag}' | Should -Be '00'
        Wait-Back
        Invoke-Line ''
        Send-Line ([regex]::Match($screen, 'Enter-E2BSandbox \S+ -ProcessId \d+').Value)
        $null = Wait-Screen '(?m)^~ *$'
        Get-State '#{alternate_on}' | Should -Be '1'
        Send-Line ':q!'
        Wait-Until { (Get-State '#{alternate_on}') -eq '0' } 'The end of vim'
        Send-Line 'echo $remembered-$PPID-'
        $null = Wait-Screen '(?m)^yes-\d+-$'
        Exit-Sandbox
    }

    It 'takes another detach key, and sends half of one' {
        Enter-Sandbox "-DetachKey 'Ctrl+P,Ctrl+Q'"
        Send-Line 'echo first'
        $null = Wait-Screen '(?m)^first$'
        # The shell's previous line, once no second key has come.
        Send-Key C-p
        $null = Wait-Screen '(?s)first\n.*\$ echo first\s*$'
        Send-Key C-u
        Send-Key C-p C-q
        $screen = Wait-Screen 'Terminal \d+ runs on\.'
        Invoke-E2BCommand $sandbox "kill -9 $([regex]::Match($screen, 'Terminal (\d+) runs').Groups[1].Value)"
    }

    It 'runs a command instead of a shell, with a user, a directory and variables' {
        Invoke-Line "Enter-E2BSandbox $($sandbox.SandboxId) 'tty; id -un; pwd; echo `$GREETING; exit 4' -User root -WorkingDirectory /usr/lib -Environment @{ GREETING = 'hi there' }; `"code `$LASTEXITCODE`""
        $null = Wait-Screen '(?m)^/dev/pts/\d+\nroot\n/usr/lib\nhi there\ncode 4$'
    }

    It 'says what is wrong instead of entering' {
        $wrong = @{
            "Enter-E2BSandbox $($sandbox.SandboxId) -ProcessId 999999" = 'E2BProcessNotFound'
            "Enter-E2BSandbox $($sandbox.SandboxId), b" = 'E2BSeveralSandboxes'
            'Enter-E2BSandbox' = 'E2BNoSandbox'
            'Enter-E2BSandbox x -DetachKey Alt+x' = 'E2BInvalidDetachKey'
            'Enter-E2BSandbox x -WorkingDirectory C:\' = 'E2BWindowsPath'
        }
        foreach ($line in $wrong.Keys) {
            Invoke-Line "$line; `$Error[0].FullyQualifiedErrorId"
            $null = Wait-Screen "(?m)^$($wrong[$line]),"
            Wait-Back
        }
    }

    It 'gives the terminal back when the sandbox is killed underneath' {
        $victim = New-E2BSandbox
        Invoke-Line "Enter-E2BSandbox $($victim.SandboxId) 'vim -u NONE -c `"set mouse=a`" || less /etc/passwd'"
        Wait-Until { (Get-State '#{alternate_on}') -eq '1' } 'A full screen'
        Remove-E2BSandbox $victim
        $null = Wait-Screen '(?m)^Enter-E2BSandbox: .*killed or reached the end of its lifetime' -TimeoutSec 5
        Wait-Back
        Send-Line '"$LASTEXITCODE $($Error[0].FullyQualifiedErrorId)"'
        $null = Wait-Screen '(?m)^-1 E2BSandboxEnded,'
    }

    It 'gives the terminal back when it is stopped' {
        Invoke-Line '$space = [runspacefactory]::CreateRunspace($Host); $space.Open(); $ps = [powershell]::Create(); $ps.Runspace = $space'
        Wait-Back
        Invoke-Line "`$null = `$ps.AddScript('Import-Module $module; Enter-E2BSandbox $($sandbox.SandboxId)').BeginInvoke(); while (-not (Test-Path $scratch/stop)) { Start-Sleep -Milliseconds 50 }; `$ps.Stop(); 'stop' + 'ped'"
        $null = Wait-Screen '(?m)^user@'
        Send-Line 'printf "\e[?1049h\e[?1000h\e[?25l\e[2;5r"; echo in'
        Wait-Until { (Get-State '#{alternate_on}') -eq '1' } 'A full screen'
        [IO.File]::WriteAllText("$scratch/stop", '')
        $screen = Wait-Screen '(?s)Terminal \d+ runs on\. Come back with:.*stopped'
        Invoke-E2BCommand $sandbox "kill -9 $([regex]::Match($screen, 'Terminal (\d+) runs').Groups[1].Value)"
    }

    It 'survives much output' {
        Enter-Sandbox
        Send-Line 'seq 1 300000; echo e"nd"'
        $null = Wait-Screen '(?m)^299999\n300000\nend$' -TimeoutSec 60
        Exit-Sandbox
    }

    It 'extends a short lifetime, and leaves a long one alone' {
        $short = New-E2BSandbox -TimeoutSec 60
        $long = New-E2BSandbox -TimeoutSec 1800
        foreach ($case in @($short, $true), @($short, $false), @($long, $true)) {
            $which, $keep = $case
            if (-not $keep) { $which = $short = New-E2BSandbox -TimeoutSec 60 }
            Invoke-Line "Enter-E2BSandbox $($which.SandboxId) -KeepAlive:`$$keep"
            $null = Wait-Screen '(?m)^user@'
            if ($which -eq $short -and $keep) {
                Wait-Until { ($which | Get-E2BSandbox).TimeLeft.TotalSeconds -gt 250 } 'An extension'
            }

            Send-Line 'exit'
            Wait-Back
            $left = ($which | Get-E2BSandbox).TimeLeft.TotalSeconds
            if ($which -eq $long) { $left | Should -BeGreaterThan 1700 }
            elseif ($keep) { $left | Should -BeLessOrEqual 300 }
            else { $left | Should -BeLessOrEqual 60 }
            Remove-E2BSandbox $which
        }
    }
}

Describe 'A process that ends while it is attached' -Skip:(-not $hasTmux) {
    BeforeAll {
        $module = (Resolve-Path "$PSScriptRoot/../../out/E2B/E2B.psd1").Path
        function Wait-Screen([string] $Pattern) {
            $until = [DateTime]::UtcNow.AddSeconds(20)
            do {
                $screen = (tmux -L $socket capture-pane -p -J -t e2b) -join "`n"
                if ($screen -cmatch $Pattern) { return $screen }
                [Threading.Thread]::Sleep(30)
            } while ([DateTime]::UtcNow -lt $until)
            throw "The screen did not show '$Pattern', but this:`n$screen"
        }

        function Get-State { tmux -L $socket display-message -p -t e2b '#{alternate_on}#{cursor_flag}#{mouse_any_flag}' }
    }

    AfterAll { tmux -L $socket kill-server 2>$null }

    It 'gives the terminal back on SIG<_>' -ForEach 'TERM', 'HUP' {
        $sandbox = New-E2BSandbox
        $script:socket = "e2b-$_-$PID"
        tmux -L $socket -u -f /dev/null new-session -d -s e2b -x 100 -y 30 'bash --norc'
        $send = { param($line) tmux -L $socket send-keys -t e2b -l -- $line; tmux -L $socket send-keys -t e2b Enter }
        & $send "PS1='local: '; stty -a | md5sum; pwsh -NoProfile -NoLogo -Command 'Import-Module $module; `"id`" + `"-`$PID-`"; Enter-E2BSandbox $($sandbox.SandboxId)'; stty -a | md5sum"
        $screen = Wait-Screen '(?s)id-\d+-.*\nuser@'
        $id = [int][regex]::Match($screen, 'id-(\d+)-').Groups[1].Value
        & $send 'printf "\e[?1049h\e[?1000h\e[?25l"; echo full'
        $null = Wait-Screen '(?m)^full$'
        Get-State | Should -Be '101'
        kill "-$_" $id
        $screen = Wait-Screen '(?s)[0-9a-f]{32}  -\n.*[0-9a-f]{32}  -\n'
        # Not from the start of a line: where the typed line fills the last column, the screen joins the two.
        $sums = [regex]::Matches($screen, '([0-9a-f]{32})  -\n')
        $sums[1].Groups[1].Value | Should -Be $sums[0].Groups[1].Value
        Get-State | Should -Be '010'
        tmux -L $socket kill-server
        Remove-E2BSandbox $sandbox
    }
}
