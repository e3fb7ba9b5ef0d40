<?xml version="1.0" encoding="UTF-8"?>
<!-- define.xml as a page: the datasets, their variables, what AVAL is for each parameter, the code lists. -->
<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:odm="http://www.cdisc.org/ns/odm/v1.3"
    xmlns:def="http://www.cdisc.org/ns/def/v2.1"
    xmlns:xlink="http://www.w3.org/1999/xlink"
    exclude-result-prefixes="odm def xlink">
  <xsl:output method="html" encoding="UTF-8"/>
  <xsl:key name="item" match="odm:ItemDef" use="@OID"/>
  <xsl:key name="method" match="odm:MethodDef" use="@OID"/>
  <xsl:key name="codelist" match="odm:CodeList" use="@OID"/>
  <xsl:key name="comment" match="def:CommentDef" use="@OID"/>
  <xsl:key name="where" match="def:WhereClauseDef" use="@OID"/>
  <xsl:key name="values" match="def:ValueListDef" use="@OID"/>

  <xsl:template match="/odm:ODM">
    <xsl:variable name="version" select="odm:Study/odm:MetaDataVersion"/>
    <html lang="en">
      <head>
        <title><xsl:value-of select="$version/@Name"/></title>
        <style>
          body { font: 15px/1.4 system-ui, sans-serif; margin: 2rem; color: #1a1a1a; background: #fff }
          table { border-collapse: collapse; margin: .5rem 0 2rem }
          th, td { padding: .2rem .8rem; text-align: left; vertical-align: top; border-bottom: 1px solid #ddd }
          thead th { border-bottom: 1px solid #1a1a1a }
          p { max-width: 60rem }
        </style>
      </head>
      <body>
        <h1><xsl:value-of select="$version/@Name"/></h1>
        <p>
          <xsl:value-of select="odm:Study/odm:GlobalVariables/odm:StudyDescription"/>.
          <xsl:value-of select="$version/@Description"/>, with data up to
          <xsl:value-of select="substring-before(@CreationDateTime, 'T')"/>.
        </p>
        <p><xsl:value-of select="key('comment', $version/@def:CommentOID)/odm:Description/odm:TranslatedText"/></p>
        <h2>Datasets</h2>
        <table>
          <thead><tr><th>Dataset</th><th>Label</th><th>Class</th><th>Structure</th><th>Keys</th><th>File</th></tr></thead>
          <tbody>
            <xsl:for-each select="$version/odm:ItemGroupDef">
              <tr>
                <td><a href="#{@OID}"><xsl:value-of select="@Name"/></a></td>
                <td><xsl:value-of select="odm:Description/odm:TranslatedText"/></td>
                <td><xsl:value-of select="def:Class/@Name"/></td>
                <td><xsl:value-of select="@def:Structure"/></td>
                <td>
                  <xsl:for-each select="odm:ItemRef[@KeySequence]">
                    <xsl:sort select="@KeySequence" data-type="number"/>
                    <xsl:value-of select="key('item', @ItemOID)/@Name"/>
                    <xsl:if test="position() != last()">, </xsl:if>
                  </xsl:for-each>
                </td>
                <td><a href="{def:leaf/@xlink:href}"><xsl:value-of select="def:leaf/def:title"/></a></td>
              </tr>
            </xsl:for-each>
          </tbody>
        </table>
        <xsl:apply-templates select="$version/odm:ItemGroupDef"/>
        <h2>Code lists</h2>
        <xsl:apply-templates select="$version/odm:CodeList"/>
      </body>
    </html>
  </xsl:template>

  <xsl:template match="odm:ItemGroupDef">
    <h2 id="{@OID}"><xsl:value-of select="@Name"/>: <xsl:value-of select="odm:Description/odm:TranslatedText"/></h2>
    <p><xsl:value-of select="key('comment', @def:CommentOID)/odm:Description/odm:TranslatedText"/></p>
    <table>
      <thead><tr><th>Variable</th><th>Label</th><th>Type</th><th>Length</th><th>Values</th><th>Origin</th><th>How it is made</th></tr></thead>
      <tbody>
        <xsl:for-each select="odm:ItemRef">
          <xsl:call-template name="row">
            <xsl:with-param name="name" select="key('item', @ItemOID)/@Name"/>
          </xsl:call-template>
          <xsl:for-each select="key('values', key('item', @ItemOID)/def:ValueListRef/@ValueListOID)/odm:ItemRef">
            <xsl:call-template name="row">
              <xsl:with-param name="name" select="concat('– ', key('where', def:WhereClauseRef/@WhereClauseOID)/odm:RangeCheck/odm:CheckValue)"/>
            </xsl:call-template>
          </xsl:for-each>
        </xsl:for-each>
      </tbody>
    </table>
  </xsl:template>

  <xsl:template name="row">
    <xsl:param name="name"/>
    <xsl:variable name="item" select="key('item', @ItemOID)"/>
    <xsl:variable name="list" select="$item/odm:CodeListRef/@CodeListOID"/>
    <tr id="{@ItemOID}">
      <td><xsl:value-of select="$name"/></td>
      <td><xsl:value-of select="$item/odm:Description/odm:TranslatedText"/></td>
      <td><xsl:value-of select="$item/@DataType"/></td>
      <td><xsl:value-of select="$item/@Length"/></td>
      <td>
        <xsl:value-of select="$item/@def:DisplayFormat"/>
        <xsl:if test="$list"><a href="#{$list}"><xsl:value-of select="key('codelist', $list)/@Name"/></a></xsl:if>
      </td>
      <td><xsl:value-of select="$item/def:Origin/@Type"/></td>
      <td>
        <xsl:value-of select="$item/def:Origin/odm:Description/odm:TranslatedText"/>
        <xsl:value-of select="key('method', @MethodOID)/odm:Description/odm:TranslatedText"/>
        <xsl:if test="$item/@def:CommentOID">
          <xsl:text> </xsl:text><xsl:value-of select="key('comment', $item/@def:CommentOID)/odm:Description/odm:TranslatedText"/>
        </xsl:if>
      </td>
    </tr>
  </xsl:template>

  <xsl:template match="odm:CodeList">
    <h3 id="{@OID}"><xsl:value-of select="@Name"/></h3>
    <table>
      <thead><tr><th>Value</th><th>Meaning</th></tr></thead>
      <tbody>
        <xsl:for-each select="odm:CodeListItem|odm:EnumeratedItem">
          <tr>
            <td><xsl:value-of select="@CodedValue"/></td>
            <td><xsl:value-of select="odm:Decode/odm:TranslatedText"/></td>
          </tr>
        </xsl:for-each>
      </tbody>
    </table>
  </xsl:template>
</xsl:stylesheet>
