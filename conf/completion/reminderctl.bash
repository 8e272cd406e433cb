# bash completion for reminderctl. The program itself knows what may follow: verbs, options, and from the running daemon
# the items, agencies and deliveries.
_reminderctl()
{
        local candidates word=${COMP_WORDS[COMP_CWORD]}
        [[ $word != = ]] || word= # behind "--plan="
        candidates=$(reminderctl complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
        if [[ $candidates == :files ]]; then
                compopt -o filenames
                mapfile -t COMPREPLY < <(compgen -f -- "$word")
                return
        fi
        mapfile -t COMPREPLY < <(compgen -W "$candidates" -- "$word")
}
complete -F _reminderctl reminderctl
