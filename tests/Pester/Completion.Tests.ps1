BeforeAll {
    $sandbox = New-E2BSandbox -Metadata @{ app = 'completed' }
    function Complete([string] $Line) { (TabExpansion2 $Line $Line.Length).CompletionMatches }
}
AfterAll {
    Set-E2BDefault -Template $null -Sandbox $null
    Remove-E2BSandbox $sandbox
}

Describe 'Completion' {
    It 'offers the ids of running sandboxes to <_>' -ForEach 'Invoke-E2BCommand ', 'Get-E2BSandbox ', 'Remove-E2BSandbox -Sandbox ', 'Set-E2BDefault -Sandbox ', 'Get-E2BFile ' {
        $found = Complete $_
        $found.CompletionText | Should -Contain $sandbox.SandboxId
        ($found | Where-Object CompletionText -eq $sandbox.SandboxId).ToolTip | Should -BeLike 'base, *min left, app=completed'
    }

    It 'offers those that begin as typed' {
        (Complete "Get-E2BSandbox $($sandbox.SandboxId.Substring(0, 6))").CompletionText | Should -Contain $sandbox.SandboxId
        (Complete 'Get-E2BSandbox zzzz').CompletionText | Should -Not -Contain $sandbox.SandboxId
    }

    It 'offers templates' {
        (Complete 'New-E2BSandbox b').CompletionText | Should -Be 'base'
    }

    It 'says nothing, and soon, when the service is not there' {
        $url = $env:E2B_API_URL
        $env:E2B_API_URL = 'http://127.0.0.1:1'
        try {
            $watch = [Diagnostics.Stopwatch]::StartNew()
            (Complete 'Remove-E2BSandbox -Sandbox ').CompletionText | Should -Not -Contain $sandbox.SandboxId
            $watch.Elapsed.TotalSeconds | Should -BeLessThan 5
        }
        finally { $env:E2B_API_URL = $url }
    }
}

Describe 'Completion of paths in a sandbox' {
    BeforeAll {
        $plain = "$(Join-Path '/tmp' ([Guid]::NewGuid().ToString('N')))"
        $null = New-E2BDirectory $sandbox "$plain/directory", "$plain/with space"
        foreach ($name in 'file.txt', "it's", 'q[1].log', '.hidden', 'a$b') { Set-E2BFile $sandbox "$plain/$name" 'x' }
        Set-E2BFile $sandbox notes-at-home 'x'
    }
    AfterEach { Set-E2BDefault -Sandbox $null }

    It 'offers what is in the directory to <_>' -ForEach @(
        'Get-E2BFile $sandbox ', 'Get-E2BChildItem $sandbox ', 'Get-E2BItem -Sandbox $sandbox -Path ', 'Remove-E2BItem $sandbox '
        'Set-E2BFile $sandbox ', 'Test-E2BPath $sandbox -LiteralPath ', 'Move-E2BItem $sandbox /tmp ', 'New-E2BDirectory $sandbox '
        'Get-E2BFileUrl $sandbox ', 'Invoke-E2BCommand $sandbox ls -WorkingDirectory ', 'Start-E2BProcess $sandbox ls -WorkingDirectory '
        'Enter-E2BSandbox $sandbox -WorkingDirectory '
    ) {
        $found = Complete "$_$plain/"
        $found.CompletionText | Should -Contain "$plain/directory/"
        $found.CompletionText | Should -Contain "$plain/file.txt"
        $found.CompletionText | Should -Contain "'$plain/with space/'"
        $found.CompletionText | Should -Not -Contain "$plain/.hidden"
        ($found | Where-Object ListItemText -eq 'directory').ResultType | Should -Be 'ProviderContainer'
    }

    It 'offers what begins as typed, hidden names too' {
        (Complete "Get-E2BFile `$sandbox $plain/fi").CompletionText | Should -Be "$plain/file.txt"
        (Complete "Get-E2BFile `$sandbox $plain/.h").CompletionText | Should -Be "$plain/.hidden"
        (Complete "Get-E2BFile `$sandbox '$plain/with").CompletionText | Should -Be "'$plain/with space/'"
        (Complete "Get-E2BFile `$sandbox notes-at").CompletionText | Should -Be 'notes-at-home'
    }

    It 'quotes and escapes so that what it offers works' {
        foreach ($typed in 'it', 'q', 'a') {
            $text = (Complete "Get-E2BFile `$sandbox $plain/$typed").CompletionText
            & ([scriptblock]::Create("Get-E2BFile `$sandbox $text")) | Should -Be 'x'
            $text = (Complete "Get-E2BFile `$sandbox -LiteralPath $plain/$typed").CompletionText
            & ([scriptblock]::Create("Get-E2BFile `$sandbox -LiteralPath $text")) | Should -Be 'x'
        }
    }

    It 'offers paths of the default sandbox where the only positional is one' {
        Set-E2BDefault -Sandbox $sandbox
        (Complete "Get-E2BFile $plain/fi").CompletionText | Should -Be "$plain/file.txt"
        $found = (Complete 'Get-E2BFile ').CompletionText
        $found | Should -Contain 'notes-at-home'
        $found | Should -Contain $sandbox.SandboxId
    }

    It 'finds the sandbox by its id' {
        (Complete "Get-E2BFile $($sandbox.SandboxId) $plain/fi").CompletionText | Should -Be "$plain/file.txt"
    }

    It 'keeps for a moment what it has asked for' {
        $null = Complete "Get-E2BFile `$sandbox $plain/directory/"
        Set-E2BFile $sandbox "$plain/directory/new" 'x'
        (Complete "Get-E2BFile `$sandbox $plain/directory/").CompletionText | Should -Not -Contain "$plain/directory/new"
    }

    It 'says nothing, and soon, when there is no such directory or sandbox' {
        $watch = [Diagnostics.Stopwatch]::StartNew()
        Complete "Get-E2BFile `$sandbox $plain/none/" | Should -BeNullOrEmpty
        Complete 'Get-E2BFile i0000000000000000000 /tmp/' | Should -BeNullOrEmpty
        $watch.Elapsed.TotalSeconds | Should -BeLessThan 5
    }

    It 'offers encodings' {
        (Complete 'Get-E2BFile $sandbox x -Encoding utf8').CompletionText | Should -Be @('utf8', 'utf8BOM', 'utf8NoBOM')
        (Complete 'Set-E2BFile $sandbox x -Encoding uni').CompletionText | Should -Be 'unicode'
    }
}
