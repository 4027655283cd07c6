# How PowerShell is written here. tests/Pester/Analyzer.Tests.ps1 holds every file to it.
@{
    IncludeDefaultRules = $true
    Severity            = @('Error', 'Warning', 'Information')

    ExcludeRules        = @(
        # Files are UTF-8 without a byte order mark, as .editorconfig says; PowerShell 7 reads them so.
        'PSUseBOMForUnicodeEncodedFile'
        # What a BeforeAll sets is used in the tests below it, which the rule does not see.
        'PSUseDeclaredVarsMoreThanAssignments'
        # Functions here are helpers of a script or test, with a comment where one is needed; cmdlets have pages.
        'PSProvideCommentHelp'
        # The tour speaks to the person at the prompt. Cmdlets write to the host in C#, through the information stream.
        'PSAvoidUsingWriteHost'
    )

    Rules               = @{
        PSPlaceOpenBrace                   = @{
            Enable             = $true
            OnSameLine         = $true
            NewLineAfter       = $true
            IgnoreOneLineBlock = $true
        }
        PSPlaceCloseBrace                  = @{
            Enable             = $true
            NewLineAfter       = $true
            NoEmptyLineBefore  = $true
            IgnoreOneLineBlock = $true
        }
        PSUseConsistentIndentation         = @{
            Enable              = $true
            Kind                = 'space'
            IndentationSize     = 4
            PipelineIndentation = 'IncreaseIndentationForFirstPipeline'
        }
        PSUseConsistentWhitespace          = @{
            Enable                                  = $true
            CheckInnerBrace                         = $true
            CheckOpenBrace                          = $true
            CheckOpenParen                          = $true
            CheckOperator                           = $true
            CheckPipe                               = $true
            CheckSeparator                          = $true
            IgnoreAssignmentOperatorInsideHashTable = $true
        }
        PSUseCorrectCasing                 = @{
            Enable        = $true
            CheckKeyword  = $true
            CheckOperator = $true
            # It would have Where-Object take -GE, where the operator is -ge.
            CheckCommands = $false
        }
        PSUseSingularNouns                 = @{
            Enable        = $true
            # A unit.
            NounAllowList = @('Seconds')
        }
        PSAvoidSemicolonsAsLineTerminators = @{
            Enable = $true
        }
        PSUseCompatibleSyntax              = @{
            Enable         = $true
            TargetVersions = @('7.0')
        }
    }
}
