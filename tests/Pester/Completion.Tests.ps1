BeforeAll {
    $sandbox = New-E2BSandbox -Metadata @{ app = 'completed' }
    function Complete([string] $Line) { (TabExpansion2 $Line $Line.Length).CompletionMatches }
}
AfterAll {
    Set-E2BDefault -Template $null
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
