"""The text of a libconfig file that is changed in place, so that its comments and its order stay."""

import re


class Source:
    TOKEN = re.compile(r'"(?:\\.|[^"\\])*"|#[^\n]*|//[^\n]*|/\*.*?\*/|[\w*+.-]+|[][(){}=:;,]|[^\s]', re.DOTALL)

    def __init__(self, text):
        self.text = text
        self.edits = []  # (from, to, text)
        tokens = [(one[0], *one.span()) for one in self.TOKEN.finditer(text)]
        self.tokens = [one for one in tokens if not one[0].startswith(("#", "//", "/*"))]

    def closing(self, at):
        """The index of the bracket that closes the one there."""
        depth = 0
        for index in range(at, len(self.tokens)):
            depth += (self.tokens[index][0] in "([{") - (self.tokens[index][0] in ")]}")
            if depth == 0:
                return index
        raise ValueError("a bracket is not closed")

    def members(self, first, last):
        """name: (index of the value's first token, of its last) of the settings between two brackets."""
        found, at = {}, first + 1
        while at < last:
            value = at + 2
            end = self.closing(value) if self.tokens[value][0] in "([{" else value
            while end + 1 < last and self.tokens[end + 1][0].startswith('"') and self.tokens[end][0].startswith('"'):
                end += 1  # strings beside each other are one
            found[self.tokens[at][0]] = (value, end)
            at = end + 1
            while at < last and self.tokens[at][0] in ";,":
                at += 1
        return found

    def top(self):
        return self.members(-1, len(self.tokens))

    def elements(self, first, last):
        at = first + 1
        while at < last:
            end = self.closing(at)
            yield at, end
            at = end + 2  # behind the comma

    def value(self, span):
        return self.text[self.tokens[span[0]][1] : self.tokens[span[1]][2]]

    def set(self, group, settings):
        """name: value as it is written; within the brackets of a group that is not empty."""
        members = self.members(*group)
        missing = ""
        for name, value in settings.items():
            if name not in members:
                missing += f" {name} = {value};"
            elif self.value(members[name]) != value:
                first, last = members[name]
                self.edits.append((self.tokens[first][1], self.tokens[last][2], value))
        if missing:
            last = max(end for _, end in members.values())
            ended = self.tokens[last + 1][0] in ";,"
            end = self.tokens[last + ended][2]
            self.edits.append((end, end, missing if ended else ";" + missing))

    def append(self, brackets, text, between):
        """Behind the last element of a list."""
        first, last = brackets
        before = self.tokens[last - 1]
        comma = between if last - 1 > first and before[0] != "," else ""
        self.edits.append((before[2], before[2], comma + text))

    def changed(self):
        text = self.text
        for start, end, value in sorted(self.edits, key=lambda edit: edit[0], reverse=True):
            text = text[:start] + value + text[end:]
        return text
