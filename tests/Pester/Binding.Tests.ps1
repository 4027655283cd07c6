BeforeAll {
    $sandbox = New-E2BSandbox -Metadata @{ suite = 'binding' }
    $second = New-E2BSandbox -Metadata @{ suite = 'binding' }
}

AfterAll {
    Set-E2BDefault -Sandbox $null
    $sandbox, $second | Remove-E2BSandbox
}

Describe 'How the arguments of Invoke-E2BCommand bind' {
    AfterEach { Set-E2BDefault -Sandbox $null }

    It 'takes an object and a command' {
        Invoke-E2BCommand $sandbox 'echo one' | Should -BeExactly 'one'
    }

    It 'takes an id and a command' {
        Invoke-E2BCommand $sandbox.SandboxId 'echo two' | Should -BeExactly 'two'
    }

    It 'takes stdin from the pipeline with an object' {
        'b', 'a' | Invoke-E2BCommand $sandbox 'sort' | Should -BeExactly @('a', 'b')
    }

    It 'takes piped sandboxes and a command' {
        $lines = $sandbox, $second | Invoke-E2BCommand 'echo three'
        $lines | Should -BeExactly @('three', 'three')
        $lines.SandboxId | Sort-Object | Should -Be ($sandbox.SandboxId, $second.SandboxId | Sort-Object)
    }

    It 'takes the default sandbox' {
        Set-E2BDefault -Sandbox $sandbox
        Invoke-E2BCommand 'echo four' | Should -BeExactly 'four'
    }

    It 'takes stdin with the default sandbox' {
        Set-E2BDefault -Sandbox $sandbox
        'd', 'c' | Invoke-E2BCommand 'sort' | Should -BeExactly @('c', 'd')
    }

    It 'takes what Get-E2BSandbox finds' {
        $lines = Get-E2BSandbox -Metadata @{ suite = 'binding' } | Invoke-E2BCommand 'uname -s'
        $lines | Should -BeExactly @('Linux', 'Linux')
    }

    It 'takes anything with a SandboxId as a target' {
        [pscustomobject]@{ SandboxId = $sandbox.SandboxId; Note = 'mine' } | Invoke-E2BCommand 'echo five' | Should -BeExactly 'five'
    }

    It 'takes several sandboxes as an argument' {
        Invoke-E2BCommand $sandbox, $second.SandboxId 'echo six' | Should -BeExactly @('six', 'six')
    }

    It 'does nothing for an empty pipeline, whatever the default is' {
        Set-E2BDefault -Sandbox $sandbox
        Get-E2BSandbox -Metadata @{ suite = 'nobody has this' } | Invoke-E2BCommand 'touch /tmp/must-not-be-there'
        Invoke-E2BCommand $sandbox 'ls /tmp' | Should -Not -Contain 'must-not-be-there'
    }

    It 'says what is missing when there is no command' {
        { Invoke-E2BCommand $sandbox } | Should -Throw -ErrorId 'E2BNoCommand,*'
    }

    It 'says what is missing when there is no sandbox' {
        { Invoke-E2BCommand 'echo' } | Should -Throw -ErrorId 'E2BNoSandbox,*'
    }

    It 'takes no $null for the default sandbox' {
        Set-E2BDefault -Sandbox $sandbox
        { Invoke-E2BCommand $misspelt 'echo must not run' } | Should -Throw -ErrorId 'E2BNoSandbox,*'
        { Invoke-E2BCommand @() 'echo must not run' } | Should -Throw -ErrorId 'E2BNoSandbox,*'
        { 'x' | Set-E2BFile $misspelt /tmp/must-not-be-there } | Should -Throw -ErrorId 'E2BNoSandbox,*'
        { Get-E2BProcess $misspelt } | Should -Throw -ErrorId 'E2BNoSandbox,*'
        { Stop-E2BProcess $misspelt 1 } | Should -Throw -ErrorId 'E2BNoSandbox,*'
    }

    It 'takes bytes for content, also when they say where they come from' {
        Set-E2BFile $sandbox, $second /tmp/binding-bytes 'ab'
        $sandbox, $second | Get-E2BFile /tmp/binding-bytes -Raw -AsByteStream | Set-E2BFile $sandbox /tmp/binding-bytes-2
        Get-E2BFile $sandbox /tmp/binding-bytes-2 | Should -BeExactly @('ab', 'ab')
    }

    It 'refuses the single bytes of several sandboxes, and forms of output that contradict each other' {
        { $sandbox, $second | Invoke-E2BCommand 'echo' -AsByteStream } | Should -Throw -ErrorId 'E2BBytesOfSeveral,*'
        { $sandbox, $second | Get-E2BFile /etc/hostname -AsByteStream } | Should -Throw -ErrorId 'E2BBytesOfSeveral,*'
        { Invoke-E2BCommand $sandbox 'echo' -PassThru -Raw } | Should -Throw -ErrorId 'E2BAmbiguousOutput,*'
    }

    It 'refuses a sandbox that comes after input' {
        { 'input', $sandbox | Invoke-E2BCommand $second 'cat' } | Should -Throw -ErrorId 'E2BMixedInput,*'
    }
}

Describe 'How the arguments of the file cmdlets bind' {
    AfterEach { Set-E2BDefault -Sandbox $null }

    It 'writes and reads with an object' {
        'text' | Set-E2BFile $sandbox /tmp/binding-1
        Get-E2BFile $sandbox /tmp/binding-1 | Should -BeExactly 'text'
    }

    It 'writes a value and reads with an id' {
        Set-E2BFile $sandbox.SandboxId /tmp/binding-2 'text'
        Get-E2BFile $sandbox.SandboxId /tmp/binding-2 | Should -BeExactly 'text'
    }

    It 'writes and reads with the default sandbox' {
        Set-E2BDefault -Sandbox $sandbox
        'text' | Set-E2BFile /tmp/binding-3
        Get-E2BFile /tmp/binding-3 | Should -BeExactly 'text'
    }

    It 'reads from piped sandboxes' {
        'text' | Set-E2BFile $sandbox, $second /tmp/binding-4
        $lines = $sandbox, $second | Get-E2BFile /tmp/binding-4
        $lines | Should -BeExactly @('text', 'text')
    }

    It 'refuses content from two sides, none at all, and a sandbox that comes after content' {
        { 'piped' | Set-E2BFile $sandbox /tmp/binding-6 'value' } | Should -Throw -ErrorId 'E2BAmbiguousValue,*'
        { Set-E2BFile $sandbox /tmp/binding-6 } | Should -Throw -ErrorId 'E2BNoValue,*'
        { 'x', $second | Set-E2BFile $sandbox /tmp/binding-6 } | Should -Throw -ErrorId 'E2BMixedInput,*'
        # Path and value, where the sandbox is piped: nothing is written anywhere.
        { $sandbox, $second | Set-E2BFile binding-7 'value' } | Should -Throw -ErrorId 'E2BNoValue,*'
        Invoke-E2BCommand $second 'ls' | Should -Not -Contain 'value'
    }

    It 'takes a path for no sandbox' {
        Set-E2BDefault -Sandbox $sandbox
        { Set-E2BFile /tmp/binding-5 'text' } | Should -Throw -ErrorId 'E2BInvalidArgument,*'
        { Set-E2BFile /tmp/binding-5 'text' } | Should -Throw '*-Value*'
    }

    It 'takes what is written after -Sandbox for a sandbox, and nothing else for one' {
        Set-E2BFile $sandbox in-home 'text'
        Get-E2BChildItem -Sandbox $sandbox.SandboxId -Name | Should -Contain 'in-home'
        'in-home' | Get-E2BItem -Sandbox $sandbox.SandboxId | Should -HaveCount 1
        { Get-E2BFile -Sandbox $sandbox.SandboxId } | Should -Throw -ErrorId 'E2BNoPath,*'
        { Invoke-E2BCommand -Sandbox $sandbox.SandboxId } | Should -Throw -ErrorId 'E2BNoCommand,*'
        Set-E2BDefault -Sandbox $sandbox
        Get-E2BChildItem in-home -Name | Should -Be 'in-home'
    }
}
